/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reading end: frames go in, the bytes that the writer was given come out.
 * Nothing comes out of a frame before all of it was checked: its header, its
 * payload, and the running hash of all that came out so far with what it adds.
 */
#ifndef XENITH_STREAM_DECODE_H
#define XENITH_STREAM_DECODE_H

#include <stdbool.h>

#include "stream/stream.h"

/* What a reader allows that is not told otherwise, in bytes. */
#define DECODE_HISTORY_MAX ((uint64_t)1 << 30)

struct decode_options {
    unsigned int threads; /* that decompress; 0: the caller's */
    uint64_t history_max; /* bytes of history it is willing to keep */
    bool until_end;       /* for filter.h: not to read beyond the end frame */
    bool ignore_rest;     /* what follows the end is none of it: a device */
};

struct decoder;

/*
 * Needs twice the largest payload that the stream's header announces for each
 * thread and twice more (8 MiB each for our own writer), its span (16 MiB), and
 * the history.
 */
struct decoder *decoder_new(const struct decode_options *options,
                            const struct stream_sink *sink, struct error *err);
void decoder_free(struct decoder *decoder);

/* Bytes of the frames, in any pieces. */
int decoder_write(struct decoder *decoder, const void *bytes, size_t length,
                  struct error *err);

/* The end was seen; nothing may follow. */
bool decoder_is_complete(const struct decoder *decoder);

/* The input has ended: fails unless the stream has, too. */
int decoder_finish(struct decoder *decoder, struct stream_stats *stats,
                   struct error *err);

#endif
