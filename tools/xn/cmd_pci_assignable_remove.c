/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/assignable.h"
#include "xn/load.h"

/* By name first, as xl; an address is no name of any device. */
static int run(struct invocation *inv, struct error *err)
{
    bool rebind = invocation_count(inv, "r") > 0;
    libxl_device_pci pci;

    int found = assignable_remove_named(inv->host, inv->words[0], rebind, err);
    if (found != 0)
        return found > 0 ? 0 : -1;
    libxl_device_pci_init(&pci);
    int rc = load_device(inv, CONFIG_DEVICE_PCI, &pci, err);
    if (rc == 0)
        rc = assignable_remove(inv->host, &pci, rebind, err);
    libxl_device_pci_dispose(&pci);
    return rc;
}

static const struct option_row options[] = {
    { 'r', NULL, OPTION_FLAG, NULL, "Gives it back to the driver it had" },
    { 0 },
};

const struct command command_pci_assignable_remove = {
    .name = "pci-assignable-remove",
    .summary = "Makes a PCI device unavailable to guests again",
    .words = "ADDRESS|NAME",
    .min_words = 1,
    .max_words = 1,
    .options = options,
    .run = run,
};
