/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/cdrom.h"

static int run(struct invocation *inv, struct error *err)
{
    return cdrom_run(inv, inv->words[1], err);
}

const struct command command_cd_insert = {
    .name = "cd-insert",
    .summary = "Puts an image or a device into a domain's CD drive",
    .words = "DOMAIN DISK FILE",
    .more = "DISK is the drive as the guest has it: hdc.",
    .min_words = 3,
    .max_words = 3,
    .target = TARGET_DOMAIN,
    .completes = WORD_DEVICE,
    .device = &device_disk,
    .can_dry_run = true,
    .run = run,
};
