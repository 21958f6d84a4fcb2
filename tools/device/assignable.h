/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCI devices that are with xen-pciback, and so free to be passed through.
 */
#ifndef XENITH_DEVICE_ASSIGNABLE_H
#define XENITH_DEVICE_ASSIGNABLE_H

#include <stdbool.h>

#include "host/host.h"

/*
 * Takes a device from its driver; pci->name may name it. Those of a device
 * that is not there, or a host without xen-pciback, are told apart
 * (ERR_CONFIG).
 */
int assignable_add(struct host *host, libxl_device_pci *pci, struct error *err);

/* Gives it up; with rebind to the driver that it was taken from. */
int assignable_remove(struct host *host, libxl_device_pci *pci, bool rebind,
                      struct error *err);

/* As assignable_remove, by name. 1: done; 0: there is no such name. */
int assignable_remove_named(struct host *host, const char *name, bool rebind,
                            struct error *err);

#endif
