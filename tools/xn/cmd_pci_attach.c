/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/device.h"

static int run(struct invocation *inv, struct error *err)
{
    return device_attach_run(inv, &device_pci, CONFIG_DEVICE_PCI, err);
}

const struct command command_pci_attach = {
    .name = "pci-attach",
    .summary = "Passes a PCI device of this host through to a domain",
    .words = "DOMAIN PCI",
    .more = "PCI is an address, as 02:00.0, of an assignable device "
            "(pci-assignable-add).",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .run = run,
};
