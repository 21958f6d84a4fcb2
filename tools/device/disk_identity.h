/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which disk it is that a path leads to, in terms that mean the same on other
 * hosts. Nothing of the disk is read: what sysfs and udev's links say of a
 * block device, and of a file its size and where it is.
 */
#ifndef XENITH_DEVICE_DISK_IDENTITY_H
#define XENITH_DEVICE_DISK_IDENTITY_H

#include <libxl.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/vec.h"

enum disk_place {
    DISK_UNKNOWN, /* somebody else provides it, or nothing is there */
    DISK_BLOCK,
    DISK_FILE,
};

/* A name and what kind it is of, as "wwid" "naa.600...". */
struct disk_name {
    char *kind;  /* owned */
    char *value; /* owned */
};

struct disk_identity {
    enum disk_place place;
    uint64_t size; /* bytes; 0: not known, or it may change by itself */
    VEC(struct disk_name) names; /* the best kinds first */
};

/* Where to look; for tests. */
struct disk_places {
    const char *sys;    /* sysfs */
    const char *links;  /* udev's by-id, by-partuuid, by-uuid */
    const char *mounts; /* as /proc/self/mountinfo */
};

extern const struct disk_places disk_places_of_host;

/* identity is zeroed. Whatever cannot be found out is left out. */
void disk_identity_read(const struct disk_places *places,
                        const libxl_device_disk *disk,
                        struct disk_identity *identity);
/* Of a block device alone. */
void disk_identity_of_device(const struct disk_places *places, dev_t device,
                             struct disk_identity *identity);
void disk_identity_dispose(struct disk_identity *identity);
#define cleanup_disk_identity __attribute__((cleanup(disk_identity_dispose)))

void disk_identity_add(struct disk_identity *identity, const char *kind,
                       const char *value);

enum disk_likeness {
    DISK_SAME,
    DISK_OTHER,
    DISK_PERHAPS_OTHER, /* names that a guest can change say so */
    DISK_NOT_TOLD,      /* there is no kind of name that both have */
};

/*
 * Compares names alone. *kind is the kind that told, "" if none did.
 */
enum disk_likeness disk_identity_compare(const struct disk_identity *theirs,
                                         const struct disk_identity *ours,
                                         const char **kind);

#endif
