/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The group of the commands about the kernel cache. */
#include "xn/command.h"

const struct command command_cache = {
    .name = "cache",
    .ours = true,
    .summary = "Lists and removes the unpacked kernels that are kept",
    .words = "COMMAND [WORD ...]",
};
