/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual network interfaces: what must be true on this host before. */
#ifndef XENITH_DEVICE_NIC_H
#define XENITH_DEVICE_NIC_H

#include <libxl.h>

#include "base/error.h"

/*
 * Checks that the bridge of a bridged vif exists here, be it Linux' or Open
 * vSwitch's. default_bridge stands in where the vif names none. ERR_CONFIG
 * names the vif and the bridge and hints at those that exist.
 */
int nic_check(const libxl_device_nic *nic, unsigned int index,
              const char *default_bridge, struct error *err);

#endif
