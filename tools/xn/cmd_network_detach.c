/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_detach_run(inv, &device_nic, err);
}

const struct command command_network_detach = {
    .name = "network-detach",
    .summary = "Takes a network interface from a domain",
    .words = "DOMAIN VIF|MAC",
    .more = "VIF is the interface's number, Idx in network-list.",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .completes = WORD_DEVICE,
    .device = &device_nic,
    .options = device_detach_options,
    .run = run,
};
