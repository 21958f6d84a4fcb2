/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the words of a command line to the command that runs. */
#ifndef XENITH_XN_DISPATCH_H
#define XENITH_XN_DISPATCH_H

#include "xn/command.h"

/*
 * The command of this name, or the only one that begins with it (as in xl).
 * NULL with an ERR_USAGE that names near ones otherwise.
 */
const struct command *dispatch_find(const char *name, struct error *err);

/*
 * Runs argv (argv[0] is the command's name). *exit_status is what success
 * ends with, 0 unless the command says otherwise.
 */
int dispatch_run(const struct settings *settings, int argc, char **argv,
                 int *exit_status, struct error *err);

#endif
