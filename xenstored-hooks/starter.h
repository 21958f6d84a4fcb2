/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A user's own script of a device, started in libxl's place: in a process
 * group of its own that is killed at the deadline, with an end of what it says,
 * and with its last line as the error that libxl shows. What the script is
 * given is Xen's contract, unchanged.
 */
#ifndef XENITH_HOOKS_STARTER_H
#define XENITH_HOOKS_STARTER_H

#include "store.h"

/*
 * Which script a program's name stands for: a link below PATHS_STARTED, as
 * base/script_name.h makes its name. The caller's; NULL if it is none.
 */
char *starter_script(const char *name);

/*
 * Runs it with the arguments after the first of argv (which ends with NULL). A
 * failure is told in hotplug-error of the device's backend, XENBUS_PATH, unless
 * the script has done that. What it said on standard error goes to fd 2.
 */
int starter_run(struct store *store, const char *script, char **argv,
                struct error *err);

#endif
