/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both ends as filters: from one descriptor to another until the input ends. */
#ifndef XENITH_STREAM_FILTER_H
#define XENITH_STREAM_FILTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "stream/decode.h"
#include "stream/encode.h"

/*
 * bulk: nobody waits for what is written, as for a file, so that frames are
 * filled; otherwise all goes out as soon as nothing more comes.
 */
int filter_encode(const struct encode_options *options, bool bulk, int in,
                  int out, struct stream_stats *stats, struct error *err);

/*
 * any: what is no Xenith stream comes out as it is, and counts as carried so.
 * With options->until_end it returns at the stream's own end, after which
 * nothing may come before somebody has seen it return; otherwise at that of the
 * input.
 */
int filter_decode(const struct decode_options *options, bool any, int in,
                  int out, struct stream_stats *stats, struct error *err);

/*
 * Reads until there are enough bytes to tell a Xenith stream, or the input
 * ends: at most room, at least STREAM_MAGIC_LENGTH where there are as many.
 */
ssize_t filter_read_head(int fd, uint8_t *bytes, size_t room,
                         struct error *err);

/* How much is read at a time, bytes. */
#define FILTER_INPUT ((size_t)1 << 20)

/* Reads some bytes; 0 at the end of the input, -1 after an error. */
ssize_t filter_read(int fd, uint8_t *bytes, size_t room, struct error *err);

/* A sink that writes to the descriptor, which *fd keeps. */
struct stream_sink filter_sink(const int *fd);

#endif
