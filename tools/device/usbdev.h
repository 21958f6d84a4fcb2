/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices of this host's USB, as sysfs has them. */
#ifndef XENITH_DEVICE_USBDEV_H
#define XENITH_DEVICE_USBDEV_H

#include <libxl.h>

#include "base/error.h"

/* ERR_CONFIG if this host has no such device, or it is a hub, which no guest
 * can have. */
int usbdev_check(const libxl_device_usbdev *usbdev, struct error *err);

#endif
