/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_attach_run(inv, &device_nic, CONFIG_DEVICE_NIC, err);
}

const struct command command_network_attach = {
    .name = "network-attach",
    .summary = "Gives a domain a network interface",
    .words = "DOMAIN [KEY=VALUE ...]",
    .more = "KEY=VALUE are those of vif = [ ... ] in a configuration:\n"
            "  xn network-attach web bridge=xenbr0 mac=00:16:3e:01:02:03",
    .min_words = 1,
    .max_words = -1,
    .target = TARGET_DOMAIN,
    .can_dry_run = true,
    .run = run,
};
