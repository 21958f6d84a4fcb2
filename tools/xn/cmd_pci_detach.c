/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxl finds a PCI device by its address; `*` stands for all functions. */
#include "xn/device.h"
#include "xn/load.h"

static int run(struct invocation *inv, struct error *err)
{
    libxl_device_pci pci;

    libxl_device_pci_init(&pci);
    int rc = load_device(inv, CONFIG_DEVICE_PCI, &pci, err);
    if (rc == 0)
        rc = device_detach_one(inv, &device_pci, &pci, err);
    libxl_device_pci_dispose(&pci);
    return rc;
}

const struct command command_pci_detach = {
    .name = "pci-detach",
    .summary = "Takes a PCI device back from a domain",
    .words = "DOMAIN PCI",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .completes = WORD_DEVICE,
    .device = &device_pci,
    .options = device_detach_options,
    .run = run,
};
