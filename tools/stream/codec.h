/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compressing and decompressing one frame's payload. */
#ifndef XENITH_STREAM_CODEC_H
#define XENITH_STREAM_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "stream/frame.h"

/* How to compress: what --compress=auto|none|lz4|zstd[:LEVEL] says. */
struct codec_choice {
    bool automatic; /* the others are where it starts */
    enum frame_codec codec;
    int level; /* of zstd */
};

/* What a command uses that is not told otherwise. */
#define CODEC_AUTO          \
    ((struct codec_choice){ \
        .automatic = true, .codec = FRAME_CODEC_ZSTD, .level = 1 })

/* ERR_USAGE says what there is. */
int codec_parse_choice(const char *text, struct codec_choice *choice,
                       struct error *err);

/* The room that codec_compress needs for a payload of that length. */
size_t codec_bound(size_t length);

struct codec; /* what one thread needs to work; reused */

struct codec *codec_new(void);
void codec_free(struct codec *codec);

/*
 * Yields the length of the compressed payload in out, or 0 where it would not
 * be shorter: it is to be stored as it is. A few pages are tried first, so that
 * what cannot be compressed costs next to nothing.
 */
size_t codec_compress(struct codec *codec, const struct codec_choice *choice,
                      const uint8_t *in, size_t length, uint8_t *out);

/* Must yield exactly plain bytes. */
int codec_decompress(struct codec *codec, enum frame_codec kind,
                     const uint8_t *in, size_t length, uint8_t *out,
                     size_t plain, struct error *err);

#endif
