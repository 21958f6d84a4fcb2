/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Larger disks for running domains. */
#ifndef XENITH_DEVICE_RESIZE_H
#define XENITH_DEVICE_RESIZE_H

#include <stdint.h>

#include "device/kind.h"

/*
 * Gives the guest the size that the image or block device behind a disk has;
 * an image is first made so many bytes large, unless that is 0, which it may
 * not be where QEMU serves the disk: it makes it larger itself. Linux' back end
 * tells the guest when it next uses the disk, QEMU at once. ERR_STATE if
 * something else serves the disk, ERR_CONFIG if it would become smaller.
 */
int disk_resize(const struct device_owner *owner, const libxl_device_disk *disk,
                uint64_t bytes, struct error *err);

/*
 * Makes a file larger without writing to it. ERR_CONFIG if it is not a regular
 * file, or larger already.
 */
int disk_grow_file(const char *path, uint64_t bytes, struct error *err);

#endif
