/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Help, made from the rows of the commands. */
#ifndef XENITH_XN_HELP_H
#define XENITH_XN_HELP_H

#include "xn/command.h"

/* Those that stand before a command. */
extern const struct option_row global_options[];

/* These options, and all commands, a line each. */
void help_overview(void);
/* One command: usage, summary, options; a group: its commands. */
void help_command(const struct command *command);
/* What the user types for it: "list", "config check"; the caller's. */
char *help_title(const struct command *command);
/* "Usage: xn list [OPTION ...] [DOMAIN ...]"; owned by the caller. */
char *help_usage(const struct command *command);

#endif
