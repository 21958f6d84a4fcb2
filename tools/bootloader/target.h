/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest's disk, as a block device that can only be read. */
#ifndef XENITH_BOOTLOADER_TARGET_H
#define XENITH_BOOTLOADER_TARGET_H

#include <sys/types.h>

#include "base/error.h"

struct target {
    dev_t device;
    int loop; /* keeps a file's loop device; -1: the disk is a device itself */
};

#define TARGET_INIT ((struct target){ .loop = -1 })

/*
 * A file gets a read-only loop device that the kernel frees when its last user
 * is gone, whatever becomes of this process. ERR_CONFIG names the disk.
 */
int target_open(struct target *target, const char *disk, struct error *err);
void target_close(struct target *target);
#define cleanup_target __attribute__((cleanup(target_close)))

#endif
