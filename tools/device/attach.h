/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Giving a device to a running domain. */
#ifndef XENITH_DEVICE_ATTACH_H
#define XENITH_DEVICE_ATTACH_H

#include "device/kind.h"

/*
 * Makes the device that libxl's struct describes; libxl fills in what it left
 * open. What a failure or a signal leaves half made is taken away again.
 * ERR_STATE if the domain has it already.
 */
int device_attach(const struct device_kind *kind,
                  const struct device_owner *owner, void *device,
                  struct error *err);

#endif
