/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What QEMUs count of the disks that they serve or emulate: traffic.c's. */
#ifndef XENITH_HOST_TRAFFIC_QEMU_H
#define XENITH_HOST_TRAFFIC_QEMU_H

#include "host/traffic.h"

/* run: "/run/xen", where libxl has the sockets. */
int traffic_qemu_read(const char *run, struct traffic *traffic,
                      struct error *err);

/*
 * The number of a disk by QEMU's words for it, false for a block device that is
 * none: what a guest sees it as (xen/docs/man/xen-vbd-interface.7.pandoc).
 */
bool traffic_qemu_number(const char *device, const char *node,
                         uint32_t *number);

#endif
