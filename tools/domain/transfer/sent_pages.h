/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxenguest's progress as figures of the guest's memory. What it counts are
 * page frame numbers: in the first round all of them up to the highest, holes
 * included, and of those a PVH or HVM guest has almost 4 GiB below its special
 * pages, however small it is. How many of them were pages is told by what came
 * through: a frame is listed in 8 bytes (libxc's stream format, PAGE_DATA), and
 * only a page has 4096 more.
 */
#ifndef XENITH_DOMAIN_TRANSFER_SENT_PAGES_H
#define XENITH_DOMAIN_TRANSFER_SENT_PAGES_H

#include <stdint.h>

#include "stream/figures.h"

struct sent_pages {
    struct stream_figures *figures; /* bytes is read, the rounds are written */
    uint64_t guest;                 /* pages that it has; 0: not known */
    uint64_t began;                 /* bytes, when the round began */
};

/*
 * A host_log_watcher (host/log.h); data is a struct sent_pages. Without a
 * codec, which counts the bytes, what is left is at most what the guest has.
 */
void sent_pages_note(void *data, const char *what, unsigned long done,
                     unsigned long total);

#endif
