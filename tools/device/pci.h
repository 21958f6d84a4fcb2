/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCI devices of this host, as sysfs has them. */
#ifndef XENITH_DEVICE_PCI_H
#define XENITH_DEVICE_PCI_H

#include <libxl.h>

#include "base/error.h"

/* "0000:02:00.1"; the caller's. */
char *pci_address(const libxl_device_pci *pci);

/* ERR_CONFIG if this host has no such device. */
int pci_check_present(const char *address, struct error *err);

/*
 * ERR_CONFIG unless xen-pciback has the device, so that a guest can; names the
 * driver that has it.
 */
int pci_check_assignable(const char *address, struct error *err);

/*
 * What must be true before a guest (its name, for messages) is given one: it is
 * there and assignable, or to be seized, and Xen has an IOMMU. One that goes by
 * a name is looked up by libxl alone.
 */
int pci_check(const libxl_device_pci *pci, libxl_ctx *ctx, const char *guest,
              struct error *err);

#endif
