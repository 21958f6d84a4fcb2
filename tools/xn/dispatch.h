/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the words of a command line to the command that runs. */
#ifndef XENITH_XN_DISPATCH_H
#define XENITH_XN_DISPATCH_H

#include "xn/command.h"

/*
 * The command that the first words name, each in full or by a beginning that
 * is unique; as_xl: among xl's commands, as xl has it. *used is how many words
 * that took: two for a command of a group; one for a group alone or with an
 * option behind it. NULL with an ERR_USAGE that names near ones otherwise.
 * There is at least one word.
 */
const struct command *dispatch_find(char *const *words, int count, bool as_xl,
                                    int *used, struct error *err);

/* Is it to be shown among the commands of a group; NULL: at the top? */
bool dispatch_shows(const struct command *command, const char *group);

/*
 * Runs argv (it begins with the command's name). *exit_status is what success
 * ends with, 0 unless the command says otherwise; on failure what xl would.
 */
int dispatch_run(const struct settings *settings, int argc, char **argv,
                 int *exit_status, struct error *err);

#endif
