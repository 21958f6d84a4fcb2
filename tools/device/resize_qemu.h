/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A larger disk of those that a guest's QEMU serves. */
#ifndef XENITH_DEVICE_RESIZE_QEMU_H
#define XENITH_DEVICE_RESIZE_QEMU_H

#include <stdint.h>

#include "base/error.h"

/*
 * Has the QEMU that listens at a socket make the image of disk vdev so many
 * bytes large, whatever its format, and tell the guest. ERR_CONFIG if it is
 * larger already, ERR_STATE before the guest is connected to it, ERR_DEVICE
 * where QEMU cannot.
 */
int resize_by_qemu(const char *socket_path, const char *vdev, uint64_t bytes,
                   struct error *err);

#endif
