/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both ends as filters: from one descriptor to another until the input ends. */
#ifndef XENITH_STREAM_FILTER_H
#define XENITH_STREAM_FILTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "stream/decode.h"
#include "stream/encode.h"
#include "stream/figures.h"
#include "stream/port.h"

struct filter_way {
    int in;
    int out;
    uint64_t rate;    /* of writing, bytes a second; 0: no limit */
    int64_t stall_ms; /* the wire's: to give it up; 0: never */
    struct stream_figures *figures; /* kept up to date; NULL: nobody looks */
    /* All was written, and was right. Called before memory is given back, which
     * takes a while. NULL: nobody waits for it. */
    void (*ended)(const struct stream_stats *stats);
};

/*
 * bulk: nobody waits for what is written, as for a file, so that frames are
 * filled; otherwise all goes out as soon as nothing more comes. With a
 * stall_ms the reader is shown every second that the writer lives.
 */
int filter_encode(const struct encode_options *options, bool bulk,
                  const struct filter_way *way, struct stream_stats *stats,
                  struct error *err);

/*
 * any: what is no Xenith stream comes out as it is, to the end of the input,
 * and counts as carried so; the wire is then where it goes, or with
 * options->until_end where it comes from. Of a stream, that has it return at
 * the stream's own end, after which nothing may come before somebody has seen
 * it return; otherwise at that of the input.
 */
int filter_decode(const struct decode_options *options, bool any,
                  const struct filter_way *way, struct stream_stats *stats,
                  struct error *err);

/*
 * Reads until there are enough bytes to tell a Xenith stream, or the input
 * ends: at most room, at least STREAM_MAGIC_LENGTH where there are as many.
 */
ssize_t filter_read_head(const struct inlet *inlet, uint8_t *bytes, size_t room,
                         struct error *err);

/* How much is read at a time, bytes. */
#define FILTER_INPUT ((size_t)1 << 20)

#endif
