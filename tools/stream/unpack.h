/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one data frame's payload stands for, as docs/stream.md prescribes. */
#ifndef XENITH_STREAM_UNPACK_H
#define XENITH_STREAM_UNPACK_H

#include "base/vec.h"
#include "stream/frame.h"
#include "stream/history.h"
#include "stream/stream.h"

/*
 * The stream's bytes, in order, as parts that lie in the payload, in scratch,
 * or in a page of zeros; valid until either changes. Zeroed is empty.
 */
struct unpacked {
    VEC(struct iovec) parts;
    size_t length;    /* of all parts */
    uint8_t *scratch; /* pages made from the history; owned */
    size_t scratch_room;
    size_t scratch_used;
};

/*
 * Replaces what was unpacked before; changes the history. Counts the kinds of
 * pages in stats.
 */
int unpack(struct unpacked *unpacked, const uint8_t *payload, size_t length,
           const struct stream_header *stream, struct history *history,
           struct stream_stats *stats, struct error *err);

void unpacked_dispose(struct unpacked *unpacked);

#endif
