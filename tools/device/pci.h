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

#endif
