/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in a domain's CD drive. */
#ifndef XENITH_DEVICE_CDROM_H
#define XENITH_DEVICE_CDROM_H

#include "device/kind.h"

/*
 * The drive vdev with the image or device at path in it, NULL for an empty
 * one; as xl makes it. disk is the caller's, to be disposed of.
 */
void cdrom_describe(libxl_device_disk *disk, const char *vdev,
                    const char *path);

/*
 * Puts what is described into the drive, in place of what was there. An
 * ERR_CONFIG if the image is not there, or the domain has no such drive.
 */
int cdrom_change(const struct device_owner *owner, libxl_device_disk *disk,
                 struct error *err);

#endif
