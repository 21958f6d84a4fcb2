/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the started program and the commands, which it loads, know of each
 * other.
 */
#ifndef XENITH_XN_RUN_H
#define XENITH_XN_RUN_H

#include <stdbool.h>
#include <string.h>

#include "base/visible.h"

#define RUN_FILE "xn-commands.so"
#define RUN_SYMBOL "xn_run"
#define RUN_HOOK_SYMBOL "xn_hook"

/* Of xn-commands.so: all that xn does. The exit status. */
VISIBLE int xn_run(int argc, char **argv);

/* Of xn-commands.so: all that xn-hotplug does (xenstored-hooks/entry.h). */
VISIBLE int xn_hook(int argc, char **argv);

/* argv[0] says which of the two tools this is. */
static inline bool run_as_xl(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(slash ? slash + 1 : path, "xl") == 0;
}

#endif
