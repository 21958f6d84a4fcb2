/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks: what must be true on this host before one is given to a domain. */
#ifndef XENITH_DEVICE_DISK_H
#define XENITH_DEVICE_DISK_H

#include <libxl.h>

#include "base/error.h"

/* "disk 2 (xvdb)": how a disk is named in messages; owned by the caller. */
char *disk_label(const libxl_device_disk *disk, unsigned int index);

/*
 * Checks that the disk's target is there, is of a kind its format can have,
 * and can be opened as it is asked for. What a script= or another domain
 * provides is theirs to check. ERR_CONFIG names disk (by the label), target and
 * cause.
 */
int disk_check(const libxl_device_disk *disk, const char *label,
               struct error *err);

/*
 * Compares the format that a disk is given with the first bytes of its file,
 * if it is a regular one. No more of it is read: it may be a guest's. -1 with
 * an ERR_CONFIG if the file begins as another format does.
 */
int disk_check_format(const libxl_device_disk *disk, const char *label,
                      struct error *err);

/* Warns of that: a guest can write any beginning into its own raw disk. */
void disk_warn_format(const libxl_device_disk *disk, const char *label);

#endif
