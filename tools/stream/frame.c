/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/frame.h"

#include "stream/bytes.h"
#include "stream/hash.h"

/* Both headers end with the hash of what is before. */
#define HEADER_HASHED 40

void stream_header_put(const struct stream_header *header,
                       uint8_t out[STREAM_HEADER_LENGTH])
{
    memcpy(out, STREAM_MAGIC, STREAM_MAGIC_LENGTH);
    bytes_put_le16(out + 16, header->major);
    bytes_put_le16(out + 18, header->minor);
    bytes_put_le32(out + 20, 0);
    bytes_put_le64(out + 24, header->history);
    bytes_put_le32(out + 32, header->plain_max);
    bytes_put_le32(out + 36, header->span_max);
    bytes_put_le64(out + HEADER_HASHED, hash_block(out, HEADER_HASHED));
}

bool stream_header_is(const void *bytes, size_t length)
{
    return length >= STREAM_MAGIC_LENGTH &&
           memcmp(bytes, STREAM_MAGIC, STREAM_MAGIC_LENGTH) == 0;
}

int stream_header_get(const uint8_t in[STREAM_HEADER_LENGTH],
                      struct stream_header *header, struct error *err)
{
    if (!stream_header_is(in, STREAM_HEADER_LENGTH))
        return error_set(err, ERR_CONFIG, "this is not a Xenith stream");
    if (bytes_get_le64(in + HEADER_HASHED) != hash_block(in, HEADER_HASHED))
        return error_set(err, ERR_CONFIG, "the stream's header is damaged");
    *header = (struct stream_header){
        .major = bytes_get_le16(in + 16),
        .minor = bytes_get_le16(in + 18),
        .history = bytes_get_le64(in + 24),
        .plain_max = bytes_get_le32(in + 32),
        .span_max = bytes_get_le32(in + 36),
    };
    if (header->major != STREAM_MAJOR || bytes_get_le32(in + 20) != 0) {
        error_set(err, ERR_CONFIG,
                  "the stream has version %u.%u, and this program reads %u",
                  header->major, header->minor, STREAM_MAJOR);
        error_hint(err, "a newer Xenith reads it");
        return -1;
    }
    if (header->plain_max > STREAM_PLAIN_LIMIT ||
        header->span_max > STREAM_SPAN_LIMIT)
        return error_set(err, ERR_CONFIG,
                         "the stream's header asks for frames of %u and %u "
                         "bytes, more than the format allows",
                         header->plain_max, header->span_max);
    return 0;
}

void frame_header_put(const struct frame_header *frame,
                      uint8_t out[FRAME_HEADER_LENGTH])
{
    bytes_put_le32(out, frame->type);
    bytes_put_le32(out + 4, frame->codec);
    bytes_put_le32(out + 8, frame->length);
    bytes_put_le32(out + 12, frame->plain);
    bytes_put_le64(out + 16, frame->offset);
    bytes_put_le64(out + 24, frame->hash);
    bytes_put_le64(out + 32, frame->check);
    bytes_put_le64(out + HEADER_HASHED, hash_block(out, HEADER_HASHED));
}

/* A compressed payload is always shorter than it was. */
static bool lengths_agree(const struct frame_header *frame)
{
    if (frame->codec == FRAME_CODEC_NONE)
        return frame->length == frame->plain;
    return frame->length < frame->plain;
}

int frame_header_get(const uint8_t in[FRAME_HEADER_LENGTH],
                     const struct stream_header *stream,
                     struct frame_header *frame, struct error *err)
{
    if (bytes_get_le64(in + HEADER_HASHED) != hash_block(in, HEADER_HASHED))
        return error_set(err, ERR_CONFIG, "the frame's header is damaged");
    *frame = (struct frame_header){
        .type = bytes_get_le32(in),
        .codec = bytes_get_le32(in + 4),
        .length = bytes_get_le32(in + 8),
        .plain = bytes_get_le32(in + 12),
        .offset = bytes_get_le64(in + 16),
        .hash = bytes_get_le64(in + 24),
        .check = bytes_get_le64(in + 32),
    };
    if (frame->type != FRAME_DATA && frame->type != FRAME_END &&
        (frame->type & (uint32_t)FRAME_OPTIONAL) == 0)
        return error_set(err, ERR_CONFIG, "frames of type %u are unknown",
                         frame->type);
    if (frame->codec > FRAME_CODEC_ZSTD)
        return error_set(err, ERR_CONFIG, "codec %u is unknown", frame->codec);
    if (frame->plain > stream->plain_max || !lengths_agree(frame))
        return error_set(err, ERR_CONFIG,
                         "the frame's lengths, %u and %u bytes, are wrong",
                         frame->length, frame->plain);
    return 0;
}

void frame_entry_put(const struct frame_entry *entry,
                     uint8_t out[FRAME_ENTRY_LENGTH])
{
    bytes_put_le32(out, entry->op);
    bytes_put_le32(out + 4, entry->count);
    bytes_put_le64(out + 8, entry->key);
}

struct frame_entry frame_entry_get(const uint8_t in[FRAME_ENTRY_LENGTH])
{
    return (struct frame_entry){
        .op = bytes_get_le32(in),
        .count = bytes_get_le32(in + 4),
        .key = bytes_get_le64(in + 8),
    };
}
