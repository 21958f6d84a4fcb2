/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_attach_run(inv, &device_disk, CONFIG_DEVICE_DISK, err);
}

const struct command command_block_attach = {
    .name = "block-attach",
    .summary = "Gives a domain a disk",
    .words = "DOMAIN DISK ...",
    .more = "DISK is what disk = [ ... ] of a configuration takes:\n"
            "  xn block-attach web phy:/dev/vg0/data,xvdb,w",
    .min_words = 2,
    .max_words = -1,
    .target = TARGET_DOMAIN,
    .completes = WORD_FILE,
    .can_dry_run = true,
    .run = run,
};
