/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_detach_run(inv, &device_vtpm, err);
}

const struct command command_vtpm_detach = {
    .name = "vtpm-detach",
    .summary = "Takes a virtual TPM from a domain",
    .words = "DOMAIN NUMBER|UUID",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .completes = WORD_DEVICE,
    .device = &device_vtpm,
    .options = device_detach_options,
    .run = run,
};
