/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest that writes what it likes into its own nodes of its devices, told by
 * garbage=WRITES_PER_S on its command line or its console: states out of any
 * order, numbers that are none, other paths, new nodes. The devices are the
 * disks xvda and xvdb and the first vif, as far as there are such.
 */
#ifndef XENITH_GUEST_GARBAGE_H
#define XENITH_GUEST_GARBAGE_H

#include "store.h"

struct garbage {
    uint64_t rate;  /* writes a second */
    uint64_t owed;  /* in nanoseconds times the rate */
    uint64_t since; /* nanoseconds: until when rate is accounted for */
    size_t next;
};

/* One word of so many bytes; false if it is none of the above. */
bool garbage_obey(struct garbage *garbage, const char *word, size_t length);

/* Writes what is due at the time, of the last tenth of a second at most. */
void garbage_run(struct garbage *garbage, struct store *store, uint64_t now);

#endif
