/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory that creates under way count on: a file for each in RUNDIR/memory, by
 * the UUID of the domain, locked by whoever makes it. What Xen calls a claim
 * (libxl's claim_mode) is made only while a PV, PVH or HVM guest's own memory
 * is filled in, not by a restore, and not for what Xen takes beside it; this
 * one holds from the check of the free memory until the domain is whole.
 */
#ifndef XENITH_DOMAIN_MEMORY_CLAIM_H
#define XENITH_DOMAIN_MEMORY_CLAIM_H

#include <stdint.h>

#include "base/error.h"
#include "base/paths.h"

#define MEMORY_CLAIMS XENITH_RUNDIR "/memory"

struct memory_claim {
    int fd;
    char *path;
};

#define MEMORY_CLAIM_INIT ((struct memory_claim){ .fd = -1 })

/*
 * Makes the folder if it is missing and opens it, locked against others that
 * look and claim: the caller's to close, soon.
 */
int memory_claims_lock(const char *folder, struct error *err);

/*
 * KiB that are claimed and not taken yet. used_kib says how much a domain of a
 * UUID (as text) has by now, 0 if there is none. Claims whose process is gone
 * do not count and are removed. With the lock held.
 */
int memory_claims_sum(const char *folder,
                      uint64_t (*used_kib)(void *arg, const char *uuid),
                      void *arg, uint64_t *kib, struct error *err);

/* Removes claims whose process is gone, as whoever counts them next would. */
void memory_claims_drop_stale(const char *folder);

/* Claims for a domain to be made; ERR_STATE if another makes it just now. With
 * the lock held. */
int memory_claim_make(struct memory_claim *claim, const char *folder,
                      const char *uuid, uint64_t kib, struct error *err);

/* The domain has its memory, or will not be. Fine if there is no claim. */
void memory_claim_release(struct memory_claim *claim);

#endif
