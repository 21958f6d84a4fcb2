/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files as block devices, through loop(4). */
#ifndef XENITH_BASE_LOOP_H
#define XENITH_BASE_LOOP_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* The file behind a loop device. */
struct loop_file {
    dev_t device;
    ino_t inode;
};

/*
 * Gives the file a free loop device. The kernel frees it again when its last
 * user closes it (LO_FLAGS_AUTOCLEAR); the descriptor that this returns is the
 * first one, so that it stays until another user has opened it. *path is the
 * caller's. -1 on failure.
 */
int loop_attach(int file, const char *name, bool read_only, char **path,
                struct error *err);

/* From now on the device stays until it is detached. */
int loop_keep(int loop, struct error *err);

/*
 * Frees the device if the file is still behind it; at once or with its last
 * user. One that is free already, or has another file by now, is left alone.
 */
int loop_detach(const char *path, const struct loop_file *file,
                struct error *err);

bool loop_is_device(dev_t device);

/* False if that loop device has no file. */
bool loop_find_file(dev_t device, struct loop_file *file);

#endif
