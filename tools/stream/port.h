/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two descriptors of a filter. What is read or written is counted; either
 * may be given up when nothing moves for too long, and writing kept to a rate.
 */
#ifndef XENITH_STREAM_PORT_H
#define XENITH_STREAM_PORT_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "stream/bucket.h"
#include "stream/stream.h"

struct inlet {
    int fd;
    int64_t stall_ms;        /* gives up when nothing comes; 0: never */
    _Atomic uint64_t *count; /* of bytes; NULL: nobody's */
};

/* Reads some bytes; 0 at the end of the input, -1 after an error. */
ssize_t inlet_read(const struct inlet *inlet, uint8_t *bytes, size_t room,
                   struct error *err);

struct outlet {
    int fd;
    int64_t stall_ms; /* gives up when nothing goes out; 0: never */
    struct bucket bucket;
    _Atomic uint64_t *count;
};

/* rate: bytes a second, 0: no limit. */
struct outlet outlet_new(int fd, int64_t stall_ms, uint64_t rate,
                         _Atomic uint64_t *count);

/* Writes to it; the outlet stays where it is. */
struct stream_sink outlet_sink(struct outlet *outlet);

#endif
