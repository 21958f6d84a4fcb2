/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/guest_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"

#define LOG_LIMIT (1 << 20)

char *guest_log_path(const char *name)
{
    char *path = mem_printf(XENITH_LOGDIR "/%s.log", name);

    for (char *c = path + sizeof(XENITH_LOGDIR); *c != '\0'; c++)
        if (*c == '/')
            *c = '_';
    return path;
}

int guest_log_open(const char *name)
{
    cleanup_free char *path = guest_log_path(name);
    struct stat status;

    if (io_make_dirs(XENITH_LOGDIR, 0750, NULL) < 0)
        return -1;
    if (stat(path, &status) == 0 && status.st_size > LOG_LIMIT) {
        cleanup_free char *older = mem_printf("%s.1", path);
        (void)!rename(path, older);
    }
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                0600);
}
