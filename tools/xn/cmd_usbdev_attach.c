/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_attach_run(inv, &device_usbdev, CONFIG_DEVICE_USBDEV, err);
}

const struct command command_usbdev_attach = {
    .name = "usbdev-attach",
    .summary = "Passes a USB device of this host through to a domain",
    .words = "DOMAIN KEY=VALUE ...",
    .min_words = 2,
    .max_words = -1,
    .target = TARGET_DOMAIN,
    .run = run,
};
