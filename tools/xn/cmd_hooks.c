/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The group of the commands about hooks. */
#include "xn/command.h"

const struct command command_hooks = {
    .name = "hooks",
    .ours = true,
    .summary = "Lists and tries programs on the life of guests",
    .words = "COMMAND [WORD ...]",
};
