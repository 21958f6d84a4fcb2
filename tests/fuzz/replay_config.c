/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs the harness once over each file of its corpus, in any build: what the
 * fuzzer found stays found. CORPUS is its folder. Speaks TAP.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/mem.h"
#include "fuzz_config.h"

int main(void)
{
    const char *top = getenv("top_srcdir");
    cleanup_free char *folder =
        mem_printf("%s/tests/fuzz/corpus/" CORPUS, top ? top : ".");
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    int done = 0;

    for (int i = 0; i < count; i++) {
        cleanup_free char *path =
            mem_printf("%s/%s", folder, entries[i]->d_name);
        size_t length;
        char *bytes;

        if (entries[i]->d_name[0] != '.' &&
            io_read_file(path, 1 << 24, &bytes, &length, NULL) == 0) {
            LLVMFuzzerTestOneInput((uint8_t *)bytes, length);
            printf("ok %d - %s\n", ++done, entries[i]->d_name);
            free(bytes);
        }
        free(entries[i]);
    }
    free(entries);
    printf("1..%d\n", done);
    return done > 0 ? 0 : 1;
}
