/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_detach_run(inv, &device_disk, err);
}

const struct command command_block_detach = {
    .name = "block-detach",
    .summary = "Takes a disk from a domain",
    .words = "DOMAIN DISK",
    .more = "DISK is the name by which the guest has it, as xvdb, or its "
            "number in\n"
            "block-list.",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .completes = WORD_DEVICE,
    .device = &device_disk,
    .options = device_detach_options,
    .run = run,
};
