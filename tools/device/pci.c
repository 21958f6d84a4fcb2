/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCI devices passed through. They share one backend, so that libxl keeps no
 * record of each; a device is what it is on the host.
 */
#include "device/pci.h"

#include "base/mem.h"
#include "device/kind.h"

char *pci_address(const libxl_device_pci *pci)
{
    return mem_printf("%04x:%02x:%02x.%01x", (unsigned int)pci->domain,
                      pci->bus, pci->dev, pci->func);
}

static char *word(const void *device)
{
    return pci_address(device);
}

DEVICE_CALLS(pci)
DEVICE_OPERATION(call_remove, libxl_device_pci_remove)
DEVICE_OPERATION(call_destroy, libxl_device_pci_destroy)

const struct device_kind device_pci = {
    .name = "PCI device",
    .key = "pci",
    DEVICE_CALL_FIELDS(pci),
    .remove = call_remove,
    .destroy = call_destroy,
    .word = word,
};
