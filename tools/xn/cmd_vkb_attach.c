/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_attach_run(inv, &device_vkb, CONFIG_DEVICE_VKB, err);
}

const struct command command_vkb_attach = {
    .name = "vkb-attach",
    .summary = "Gives a domain a virtual keyboard or pointer",
    .words = "DOMAIN KEY=VALUE ...",
    .min_words = 2,
    .max_words = -1,
    .target = TARGET_DOMAIN,
    .can_dry_run = true,
    .run = run,
};
