/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_attach_run(inv, &device_usbctrl, CONFIG_DEVICE_USBCTRL, err);
}

const struct command command_usbctrl_attach = {
    .name = "usbctrl-attach",
    .summary = "Gives a domain a virtual USB controller",
    .words = "DOMAIN [KEY=VALUE ...]",
    .min_words = 1,
    .max_words = -1,
    .target = TARGET_DOMAIN,
    .run = run,
};
