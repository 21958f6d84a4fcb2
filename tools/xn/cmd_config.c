/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The group of the commands about configurations. */
#include "xn/command.h"

const struct command command_config = {
    .name = "config",
    .ours = true,
    .summary = "Checks, explains, shows, compares and formats configurations",
    .words = "COMMAND [WORD ...]",
};
