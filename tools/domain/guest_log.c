/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/guest_log.h"

#include "base/logfile.h"
#include "base/mem.h"
#include "base/paths.h"

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

    return logfile_open(path);
}
