/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What writer and reader share: where bytes go, and what is counted. */
#ifndef XENITH_STREAM_STREAM_H
#define XENITH_STREAM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/error.h"

/*
 * Takes bytes, all of them, or fails. Called by one thread at a time, which
 * need not be the caller's; it may wait.
 */
struct stream_sink {
    int (*write)(void *data, const struct iovec *parts, size_t count,
                 struct error *err);
    void *data;
};

struct stream_stats {
    bool complete;    /* it is a saved guest, to its end; the writer's */
    uint64_t bytes;   /* of the stream itself */
    uint64_t carried; /* of its frames, headers included */
    uint64_t frames;
    uint64_t pages; /* those that were found, whatever became of them */
    uint64_t zero_pages;
    uint64_t same_pages;
    uint64_t delta_pages;
};

#endif
