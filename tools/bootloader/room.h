/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The room in which a boot loader runs: a root file system of its own, made in
 * a mount namespace of its own, so that the kernel takes all of it away when
 * the last process in it ends.
 *
 *   /usr, /bin, /lib...  the host's, to be read; no devices, no set-uid
 *   /dev/disk, /dev/null of its user, to be read; nothing else
 *   /out                 its user's, of limited size: what it finds
 *   /tmp                 its user's, small
 */
#ifndef XENITH_BOOTLOADER_ROOM_H
#define XENITH_BOOTLOADER_ROOM_H

#include <sys/types.h>

#include "base/confine.h"
#include "base/error.h"

#define ROOM_DISK "/dev/disk"
#define ROOM_OUT "/out"
#define ROOM_RESULT ROOM_OUT "/result"

/* Kernel and ramdisk together, bytes: they are in memory meanwhile. */
#define ROOM_BYTES ((uint64_t)256 << 20)

struct room {
    int out;    /* the folder ROOM_OUT */
    int result; /* the file ROOM_RESULT, empty at first */
};

#define ROOM_INIT ((struct room){ .out = -1, .result = -1 })

/*
 * Takes the calling process into it, which needs to be root and to have one
 * thread, and must hold open what it still wants of the host: nothing else can
 * be reached from here. place: a folder of the host, over which the room is
 * mounted. loader: the program, shown at its own place wherever that is.
 * device: the disk's. ERR_DEVICE says what could not be had; then the
 * process is half way and must end.
 */
int room_enter(struct room *room, const char *place, const char *loader,
               dev_t device, const struct confine_user *user,
               struct error *err);
void room_close(struct room *room);
#define cleanup_room __attribute__((cleanup(room_close)))

#endif
