/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The headers of Xenith's stream format, version 1, as docs/stream.md has
 * them: one at the beginning of the stream, one before each frame. Reading
 * checks everything that can be checked without the payload, so that no length
 * is acted upon which the header's own checksum and limits do not vouch for.
 */
#ifndef XENITH_STREAM_FRAME_H
#define XENITH_STREAM_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define STREAM_MAGIC "Xenith stream\r\n" /* with its NUL: 16 bytes */
#define STREAM_MAGIC_LENGTH 16
#define STREAM_MAJOR 1
#define STREAM_MINOR 1

#define STREAM_HEADER_LENGTH 48
#define FRAME_HEADER_LENGTH 48

#define STREAM_PAGE 4096

/* What a reader of version 1 must be able to hold, in bytes. */
#define STREAM_PLAIN_LIMIT ((uint32_t)64 << 20)
#define STREAM_SPAN_LIMIT ((uint32_t)64 << 20)

struct stream_header {
    uint16_t major;
    uint16_t minor;
    uint64_t history;   /* bytes of earlier pages that the reader keeps */
    uint32_t plain_max; /* no frame's payload is longer, decompressed */
    uint32_t span_max;  /* no frame gives more bytes of the stream */
};

enum frame_type {
    FRAME_DATA = 1,
    FRAME_END = 2,
    FRAME_OPTIONAL = (int)0x80000000u, /* this bit: can be skipped */
    FRAME_ALIVE = (int)0x80000001u,    /* gives nothing: the writer lives */
};

enum frame_codec {
    FRAME_CODEC_NONE = 0,
    FRAME_CODEC_LZ4 = 1,  /* one LZ4 block */
    FRAME_CODEC_ZSTD = 2, /* one zstd frame */
};

struct frame_header {
    uint32_t type;
    uint32_t codec;
    uint32_t length; /* bytes of payload that follow the header */
    uint32_t plain;  /* bytes of payload once decompressed */
    uint64_t offset; /* of the first byte that it gives, in the stream */
    uint64_t hash;   /* running hash of the stream after this frame */
    uint64_t check;  /* hash of the payload as it follows */
};

/* What a data frame's table says; docs/stream.md, "Data frames". */
enum frame_op {
    OP_BYTES = 0,
    OP_ZERO = 1,
    OP_SAME = 2,
    OP_DELTA = 3,
    OP_PAGE = 4,
};

struct frame_entry {
    uint32_t op;
    uint32_t count; /* bytes for OP_BYTES, else pages */
    uint64_t key;   /* page frame number of the first page */
};

#define FRAME_ENTRY_LENGTH 16

void stream_header_put(const struct stream_header *header,
                       uint8_t out[STREAM_HEADER_LENGTH]);
/* Are these the first bytes of such a stream? At least 16 are needed. */
bool stream_header_is(const void *bytes, size_t length);
int stream_header_get(const uint8_t in[STREAM_HEADER_LENGTH],
                      struct stream_header *header, struct error *err);

void frame_header_put(const struct frame_header *frame,
                      uint8_t out[FRAME_HEADER_LENGTH]);
/*
 * Checks the header's checksum, its type and codec, and its lengths against
 * the stream's limits; not its offset, hash and check.
 */
int frame_header_get(const uint8_t in[FRAME_HEADER_LENGTH],
                     const struct stream_header *stream,
                     struct frame_header *frame, struct error *err);

void frame_entry_put(const struct frame_entry *entry,
                     uint8_t out[FRAME_ENTRY_LENGTH]);
struct frame_entry frame_entry_get(const uint8_t in[FRAME_ENTRY_LENGTH]);

#endif
