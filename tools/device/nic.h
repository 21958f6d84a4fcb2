/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual network interfaces: what must be true on this host before. */
#ifndef XENITH_DEVICE_NIC_H
#define XENITH_DEVICE_NIC_H

#include <libxl.h>

#include "base/error.h"
#include "host/host.h"

/*
 * Checks that the bridge of a bridged vif exists here, be it Linux' or Open
 * vSwitch's. default_bridge stands in where the vif names none. ERR_CONFIG
 * names the vif (by the label) and the bridge and hints at those that exist.
 */
int nic_check(const libxl_device_nic *nic, const char *label,
              const char *default_bridge, struct error *err);

/*
 * Looks whether a domain other than the one of this name has an interface of
 * the same MAC address. ERR_STATE names it; a host that does not tell has
 * none.
 */
int nic_check_mac(struct host *host, const libxl_device_nic *nic,
                  const char *label, const char *name, struct error *err);

/* "00:16:3e:01:02:03"; the caller's. */
char *nic_mac(const libxl_device_nic *nic);

#endif
