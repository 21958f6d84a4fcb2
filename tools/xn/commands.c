/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of all commands; what they are stands in their own files. */
#include "xn/command.h"

extern const struct command command_console;
extern const struct command command_help;

const struct command *const commands[] = {
    &command_console,
    &command_help,
    NULL,
};
