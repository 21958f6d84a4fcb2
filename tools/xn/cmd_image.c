/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The group of the commands about saved guests. */
#include "xn/command.h"

const struct command command_image = {
    .name = "image",
    .ours = true,
    .summary = "Shows, verifies, and converts saved domains",
    .words = "COMMAND [WORD ...]",
};
