/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_detach_run(inv, &device_vkb, err);
}

const struct command command_vkb_detach = {
    .name = "vkb-detach",
    .summary = "Takes a virtual keyboard or pointer from a domain",
    .words = "DOMAIN NUMBER",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .completes = WORD_DEVICE,
    .device = &device_vkb,
    .options = device_detach_options,
    .run = run,
};
