/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxl finds a PCI device by its address; `*` stands for all functions. */
#include "device/list.h"
#include "device/pci.h"
#include "xn/device.h"
#include "xn/load.h"

/* libxl dies of it where one is taken away by force that is not there. */
static int check_attached(const struct invocation *inv,
                          const libxl_device_pci *wanted, struct error *err)
{
    cleanup_free char *address = pci_address(wanted);
    cleanup_device_list struct device_list list = { 0 };
    struct device_owner owner = { .host = inv->host,
                                  .domid = inv->domid,
                                  .name = inv->domain };

    if (wanted->name != NULL)
        return 0; /* libxl alone knows which that is */
    device_list_read(&list, &device_pci, &owner);
    for (int i = 0; i < list.count; i++) {
        const libxl_device_pci *pci = device_list_item(&list, i);
        if (pci->domain == wanted->domain && pci->bus == wanted->bus &&
            pci->dev == wanted->dev &&
            (wanted->vfunc_mask == LIBXL_PCI_FUNC_ALL ||
             pci->func == wanted->func))
            return 0;
    }
    return device_list_need(&list, &owner, address, err) != NULL ? 0 : -1;
}

static int run(struct invocation *inv, struct error *err)
{
    libxl_device_pci pci;

    libxl_device_pci_init(&pci);
    int rc = load_device(inv, CONFIG_DEVICE_PCI, &pci, err);
    if (rc == 0)
        rc = check_attached(inv, &pci, err);
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
