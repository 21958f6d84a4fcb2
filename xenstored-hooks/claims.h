/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which block devices and files the host's guests have: a file that is read
 * and written whole under a lock, so that a disk's cost does not grow with the
 * disks that are there. One line for each,
 *
 *   DOMID/DEVID MAJOR:MINOR FILE-DEVICE:INODE|-  MODE
 *
 * It annotates: disks that it does not know (Xen's own scripts made them) are
 * found in the kernel's list of backends and asked one by one, and a conflict
 * that it suggests is believed only after xenstore says the same.
 *
 * The lock is that of Xen's block script, so both can be in use on a host.
 */
#ifndef XENITH_HOOKS_CLAIMS_H
#define XENITH_HOOKS_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/vec.h"

enum claim_mode {
    CLAIM_READ,
    CLAIM_WRITE,
    CLAIM_SHARED, /* w!: shared with whoever wants it */
};

struct claim {
    uint32_t domid, devid;
    dev_t device;
    bool has_file;
    struct loop_file file; /* behind the device, if it is a loop device */
    enum claim_mode mode;
};

/* Where things are; tests have other places. */
struct claims_place {
    const char *lock_folder;
    const char *file;
    const char *backends; /* the kernel's list, /sys/bus/xen-backend/devices */
    const char *mounts;
};

extern const struct claims_place claims_of_host;

struct claims {
    const struct claims_place *place;
    VEC(struct claim) items;
    char *lock_path;
    int lock;
};

/* Waits for the lock, then reads. */
int claims_open(struct claims *claims, const struct claims_place *place,
                struct error *err);
/* Gives the lock back; what was not saved is lost. */
void claims_close(struct claims *claims);
#define cleanup_claims __attribute__((cleanup(claims_close)))

void claims_add(struct claims *claims, const struct claim *claim);
void claims_remove(struct claims *claims, uint32_t domid, uint32_t devid);
int claims_save(struct claims *claims, struct error *err);

/*
 * Brings the list up to date with the kernel's: adds what is not in it and
 * drops what is gone.
 */
void claims_refresh(struct claims *claims);

/* "w!" and others as xenstore's `mode` has them. */
enum claim_mode claim_parse_mode(const char *text);

/* Whether both are the same device or the same file. */
bool claim_is_same(const struct claim *a, const struct claim *b);

#endif
