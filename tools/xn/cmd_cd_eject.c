/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/cdrom.h"

static int run(struct invocation *inv, struct error *err)
{
    return cdrom_run(inv, NULL, err);
}

const struct command command_cd_eject = {
    .name = "cd-eject",
    .summary = "Empties a domain's CD drive",
    .words = "DOMAIN DISK",
    .more = "DISK is the drive as the guest has it: hdc.",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .completes = WORD_DEVICE,
    .device = &device_disk,
    .can_dry_run = true,
    .run = run,
};
