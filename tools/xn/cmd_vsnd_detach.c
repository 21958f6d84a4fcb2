/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_detach_run(inv, &device_vsnd, err);
}

const struct command command_vsnd_detach = {
    .name = "vsnd-detach",
    .summary = "Takes a PV sound card from a domain",
    .words = "DOMAIN NUMBER",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .completes = WORD_DEVICE,
    .device = &device_vsnd,
    .options = device_detach_options,
    .run = run,
};
