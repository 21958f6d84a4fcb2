/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a boot loader found, taken out of its room. Its answer is in libxl's
 * format simple0: "kernel PATH", "ramdisk PATH" and "args TEXT", each ended by
 * a NUL. libxl opens and removes what stands there as root: so what it gets is
 * written here, with names of ours, and the answer only says which of the
 * files in the room is which.
 */
#ifndef XENITH_BOOTLOADER_RESULT_H
#define XENITH_BOOTLOADER_RESULT_H

#include "base/error.h"
#include "bootloader/room.h"

/* Where libxl wants it: held open since before the room was entered. */
struct result_place {
    const char *directory; /* its path, for libxl */
    int folder;            /* the same; owned */
    int output;            /* the file with the answer; owned */
};

#define RESULT_PLACE_INIT ((struct result_place){ .folder = -1, .output = -1 })

int result_place_open(struct result_place *place, const char *directory,
                      const char *output, struct error *err);
void result_place_close(struct result_place *place);
#define cleanup_result_place __attribute__((cleanup(result_place_close)))

/*
 * After the boot loader has ended. ERR_DEVICE if its answer cannot be used, or
 * the files are larger than ROOM_BYTES together; nothing is left then.
 */
int result_take(const struct room *room, const struct result_place *place,
                struct error *err);

#endif
