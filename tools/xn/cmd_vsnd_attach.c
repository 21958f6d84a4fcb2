/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_attach_run(inv, &device_vsnd, CONFIG_DEVICE_VSND, err);
}

const struct command command_vsnd_attach = {
    .name = "vsnd-attach",
    .summary = "Gives a domain a PV sound card",
    .words = "DOMAIN ITEM ...",
    .min_words = 2,
    .max_words = -1,
    .target = TARGET_DOMAIN,
    .can_dry_run = true,
    .run = run,
};
