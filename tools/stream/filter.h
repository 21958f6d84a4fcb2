/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both ends as filters: from one descriptor to another until the input ends. */
#ifndef XENITH_STREAM_FILTER_H
#define XENITH_STREAM_FILTER_H

#include <stdbool.h>

#include "stream/decode.h"
#include "stream/encode.h"

/*
 * bulk: nobody waits for what is written, as for a file, so that frames are
 * filled; otherwise all goes out as soon as nothing more comes.
 */
int filter_encode(const struct encode_options *options, bool bulk, int in,
                  int out, struct stream_stats *stats, struct error *err);

int filter_decode(const struct decode_options *options, int in, int out,
                  struct stream_stats *stats, struct error *err);

/* A sink that writes to the descriptor, which *fd keeps. */
struct stream_sink filter_sink(const int *fd);

#endif
