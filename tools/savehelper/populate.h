/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory for a guest that is restored. libxenguest asks libxenctrl's
 * xc_domain_populate_physmap_exact for it, page by page, and offers no way in
 * between. So this program has a function of that name itself: the dynamic
 * linker finds a program's symbols before those of its libraries. It makes
 * extents of 2 MiB of what can be one (extents.h); the guest's memory is the
 * same, frame by frame. That holds for guests whose frame numbers Xen
 * translates, PVH and HVM. All else, and whatever Xen refuses, goes on as it
 * would without us.
 */
#ifndef XENITH_SAVEHELPER_POPULATE_H
#define XENITH_SAVEHELPER_POPULATE_H

#include <stdint.h>

#include <xenctrl.h>

struct populate_counts {
    uint64_t large; /* extents of 2 MiB */
    uint64_t small; /* pages beside them */
};

/* Looks what kind of guest it is. */
void populate_begin(xc_interface *xch, uint32_t domid);

/* What was populated until now. */
const struct populate_counts *populate_counts(void);

#endif
