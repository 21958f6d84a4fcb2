/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/save_helper.h"

#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/paths.h"
#include "savehelper/environment.h"

#define LIBRARY "/libxenlight.so"
#define STOCK "/libxl-save-helper"

/* -- libxl's own ----------------------------------------------------------- */

/* The path that ends at end, within a mapped segment. */
static char *take_path(const char *segment, const char *end)
{
    const char *start = end;

    while (start > segment && start[-1] != '\0')
        start--;
    return start[0] == '/' ? mem_strdup(start) : NULL;
}

static char *find_in(const char *segment, size_t length)
{
    const char *found =
        memmem(segment, length, STOCK, sizeof(STOCK)); /* with its NUL */

    return found != NULL ? take_path(segment, found) : NULL;
}

/* Constants are in a segment that is only read. */
static int look_into(struct dl_phdr_info *info, size_t size, void *argument)
{
    char **path = argument;

    if (strstr(info->dlpi_name, LIBRARY) == NULL)
        return 0;
    for (int i = 0; i < info->dlpi_phnum && *path == NULL; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && segment->p_flags == PF_R)
            *path = find_in((const char *)info->dlpi_addr + segment->p_vaddr,
                            segment->p_filesz);
    }
    return 1;
}

char *save_helper_find_stock(void)
{
    char *path = NULL;

    dl_iterate_phdr(look_into, &path);
    return path;
}

/* -- the environment ------------------------------------------------------- */

static void set_number(const char *name, int number)
{
    cleanup_free char *text = mem_printf("%d", number);

    setenv(name, text, 1);
}

static void set_environment(const struct save_helper *helper, const char *stock,
                            const struct precopy *precopy)
{
    cleanup_strbuf struct strbuf text = { 0 };

    setenv(ENVIRONMENT_STOCK, stock, 1);
    if (precopy != NULL) {
        set_number(ENVIRONMENT_REPORT, helper->told.out);
        precopy_format(precopy, &text);
        setenv(ENVIRONMENT_PRECOPY, text.text, 1);
    }
    setenv(ENVIRONMENT_HELPER, PATHS_SAVE_HELPER, 1);
}

void save_helper_begin(struct save_helper *helper,
                       const struct precopy *precopy)
{
    cleanup_error struct error err = ERROR_INIT;

    *helper = SAVE_HELPER_INIT;
    if (getenv(ENVIRONMENT_HELPER) != NULL)
        return;
    cleanup_free char *stock = save_helper_find_stock();
    if (stock == NULL || access(PATHS_SAVE_HELPER, X_OK) < 0) {
        log_warn("libxl's own save helper is used: %s",
                 stock == NULL ? "libxl does not tell where that is"
                               : "there is no " PATHS_SAVE_HELPER);
        return;
    }
    if (precopy != NULL && rounds_pipe_open(&helper->told, &err) < 0) {
        log_warn("libxl's own save helper is used: %s", err.message);
        return;
    }
    set_environment(helper, stock, precopy);
    helper->offered = true;
}

void save_helper_end(struct save_helper *helper, struct rounds *rounds)
{
    if (!helper->offered)
        return;
    unsetenv(ENVIRONMENT_HELPER);
    unsetenv(ENVIRONMENT_STOCK);
    unsetenv(ENVIRONMENT_REPORT);
    unsetenv(ENVIRONMENT_PRECOPY);
    helper->offered = false;
    if (rounds != NULL)
        rounds_pipe_read(&helper->told, rounds);
    rounds_pipe_close(&helper->told);
    if (rounds != NULL && rounds->stock[0] != '\0')
        log_warn("libxl's own save helper is used: %s", rounds->stock);
}
