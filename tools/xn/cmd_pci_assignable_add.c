/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"
#include "device/assignable.h"
#include "xn/load.h"

static int run(struct invocation *inv, struct error *err)
{
    const char *name = invocation_value(inv, "name");
    libxl_device_pci pci;

    libxl_device_pci_init(&pci);
    int rc = load_device(inv, CONFIG_DEVICE_PCI, &pci, err);
    if (rc == 0 && name != NULL) {
        free(pci.name);
        pci.name = mem_strdup(name);
    }
    if (rc == 0)
        rc = assignable_add(inv->host, &pci, err);
    libxl_device_pci_dispose(&pci);
    return rc;
}

static const struct option_row options[] = {
    { 'n', "name", OPTION_VALUE, "NAME",
      "A name that configurations may use in place of the address" },
    { 0 },
};

const struct command command_pci_assignable_add = {
    .name = "pci-assignable-add",
    .summary = "Takes a PCI device from its driver, for guests to have it",
    .words = "ADDRESS",
    .min_words = 1,
    .max_words = 1,
    .options = options,
    .run = run,
};
