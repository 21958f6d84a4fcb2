/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's disk, and what its path leads to at another host. Pure. */
#ifndef XENITH_DOMAIN_TRANSFER_DISK_COMPARE_H
#define XENITH_DOMAIN_TRANSFER_DISK_COMPARE_H

#include "device/disk_identity.h"
#include "domain/transfer/answer.h"

struct disk_pair {
    const struct disk_identity *theirs, *ours;
    const char *label; /* as "disk 1 (xvda)" */
    const char *path;
    bool writable;
};

/*
 * Another size is a reason, and so is another disk, if the guest writes to it;
 * what cannot be told is a note. tell: also that it is the same, and by what.
 */
void disk_compare(const struct disk_pair *pair, bool tell,
                  struct answer *answer);

#endif
