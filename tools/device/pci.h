/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XENITH_DEVICE_PCI_H
#define XENITH_DEVICE_PCI_H

#include <libxl.h>

/* "0000:02:00.1"; the caller's. */
char *pci_address(const libxl_device_pci *pci);

#endif
