/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table is believed in nothing: counts are checked against the stream's
 * limit of bytes before anything is done, data against what the payload has.
 */
#include "stream/unpack.h"

#include <stdbool.h>

#include "stream/bytes.h"
#include "stream/delta.h"

/* Zeros are given in pieces of that many bytes, all from one place. */
#define ZEROS ((size_t)64 << 10)
static const uint8_t zeros[ZEROS];

struct unpacking {
    struct unpacked *out;
    const uint8_t *data; /* not used yet */
    size_t left;
    bool keeps; /* there is a history */
    struct history *history;
};

static bool continues(const struct unpacked *out, const uint8_t *bytes)
{
    if (out->parts.count == 0)
        return false;
    const struct iovec *last = &out->parts.items[out->parts.count - 1];
    return (const uint8_t *)last->iov_base + last->iov_len == bytes;
}

static void add_part(struct unpacked *out, const uint8_t *bytes, size_t length)
{
    if (length == 0)
        return;
    out->length += length;
    if (continues(out, bytes))
        out->parts.items[out->parts.count - 1].iov_len += length;
    else
        VEC_PUSH(&out->parts, ((struct iovec){ .iov_base = (void *)bytes,
                                               .iov_len = length }));
}

static void add_zeros(struct unpacked *out, size_t length)
{
    while (length > 0) {
        size_t here = length < ZEROS ? length : ZEROS;
        add_part(out, zeros, here);
        length -= here;
    }
}

static void add_copy(struct unpacked *out, const uint8_t *page)
{
    uint8_t *copy = out->scratch + out->scratch_used;

    memcpy(copy, page, STREAM_PAGE);
    out->scratch_used += STREAM_PAGE;
    add_part(out, copy, STREAM_PAGE);
}

/* Yields that many bytes of the data, NULL if there are fewer. */
static const uint8_t *take_data(struct unpacking *in, size_t length)
{
    const uint8_t *at = in->data;

    if (length > in->left)
        return NULL;
    in->data += length;
    in->left -= length;
    return at;
}

static int unpack_zero(struct unpacking *in, uint64_t key, struct error *err)
{
    add_zeros(in->out, STREAM_PAGE);
    history_keep_zero(in->history, key);
    return 0;
}

static int unpack_same(struct unpacking *in, uint64_t key, struct error *err)
{
    const uint8_t *page = history_find(in->history, key);

    if (page == NULL)
        return error_set(err, ERR_CONFIG,
                         "it refers to a page that was not kept");
    add_copy(in->out, page);
    history_touch(in->history, key);
    return 0;
}

static int unpack_delta(struct unpacking *in, uint64_t key, struct error *err)
{
    uint8_t *page = history_find(in->history, key);
    const uint8_t *length = take_data(in, 2);
    const uint8_t *delta =
        length != NULL ? take_data(in, bytes_get_le16(length)) : NULL;

    if (page == NULL)
        return error_set(err, ERR_CONFIG,
                         "it refers to a page that was not kept");
    if (delta == NULL || delta_apply(page, delta, bytes_get_le16(length)) < 0)
        return error_set(err, ERR_CONFIG, "what changed in a page is wrong");
    add_copy(in->out, page);
    history_touch(in->history, key);
    return 0;
}

static int unpack_page(struct unpacking *in, uint64_t key, struct error *err)
{
    const uint8_t *page = take_data(in, STREAM_PAGE);

    if (page == NULL)
        return error_set(err, ERR_CONFIG, "it has too little data");
    add_part(in->out, page, STREAM_PAGE);
    history_keep(in->history, key, page);
    return 0;
}

static int unpack_bytes(struct unpacking *in, uint32_t count, struct error *err)
{
    const uint8_t *bytes = take_data(in, count);

    if (bytes == NULL)
        return error_set(err, ERR_CONFIG, "it has too little data");
    add_part(in->out, bytes, count);
    return 0;
}

static int (*const page_ops[])(struct unpacking *in, uint64_t key,
                               struct error *err) = {
    [OP_ZERO] = unpack_zero,
    [OP_SAME] = unpack_same,
    [OP_DELTA] = unpack_delta,
    [OP_PAGE] = unpack_page,
};
#define OPS (sizeof(page_ops) / sizeof(page_ops[0]))

static void count_pages(const struct frame_entry *entry,
                        struct stream_stats *stats)
{
    stats->pages += entry->count;
    if (entry->op == OP_ZERO)
        stats->zero_pages += entry->count;
    else if (entry->op == OP_SAME)
        stats->same_pages += entry->count;
    else if (entry->op == OP_DELTA)
        stats->delta_pages += entry->count;
}

static int unpack_entry(struct unpacking *in, const struct frame_entry *entry,
                        struct stream_stats *stats, struct error *err)
{
    if (entry->op == OP_BYTES)
        return unpack_bytes(in, entry->count, err);
    count_pages(entry, stats);
    if (entry->op == OP_ZERO && !in->keeps) {
        add_zeros(in->out, (size_t)entry->count * STREAM_PAGE);
        return 0;
    }
    for (uint32_t i = 0; i < entry->count; i++)
        if (page_ops[entry->op](in, entry->key + i, err) < 0)
            return -1;
    return 0;
}

/*
 * How many bytes the table gives, and how many of them from the history; fails
 * where they would be more than the stream's limit.
 */
static int measure(const uint8_t *table, uint32_t entries, uint32_t span_max,
                   size_t *from_history, struct error *err)
{
    uint64_t span = 0;

    *from_history = 0;
    for (uint32_t i = 0; i < entries; i++) {
        struct frame_entry entry =
            frame_entry_get(table + (size_t)i * FRAME_ENTRY_LENGTH);
        if (entry.op >= OPS)
            return error_set(err, ERR_CONFIG, "operation %u is unknown",
                             entry.op);
        uint64_t length =
            (uint64_t)entry.count * (entry.op == OP_BYTES ? 1 : STREAM_PAGE);
        span += length;
        if (span > span_max)
            return error_set(err, ERR_CONFIG,
                             "it gives more bytes than the stream allows");
        if (entry.op == OP_SAME || entry.op == OP_DELTA)
            *from_history += (size_t)length;
    }
    return 0;
}

static void empty(struct unpacked *unpacked, size_t scratch)
{
    unpacked->parts.count = 0;
    unpacked->length = 0;
    unpacked->scratch_used = 0;
    if (scratch > unpacked->scratch_room) {
        unpacked->scratch = mem_realloc(unpacked->scratch, 1, scratch);
        unpacked->scratch_room = scratch;
    }
}

int unpack(struct unpacked *unpacked, const uint8_t *payload, size_t length,
           const struct stream_header *stream, struct history *history,
           struct stream_stats *stats, struct error *err)
{
    uint32_t entries = length >= 4 ? bytes_get_le32(payload) : UINT32_MAX;
    size_t scratch;

    if (length < 4 || entries > (length - 4) / FRAME_ENTRY_LENGTH)
        return error_set(err, ERR_CONFIG, "its table is cut short");
    const uint8_t *table = payload + 4;
    size_t table_length = (size_t)entries * FRAME_ENTRY_LENGTH;
    if (measure(table, entries, stream->span_max, &scratch, err) < 0)
        return -1;
    empty(unpacked, scratch);
    struct unpacking in = {
        .out = unpacked,
        .data = table + table_length,
        .left = length - 4 - table_length,
        .keeps = stream->history > 0,
        .history = history,
    };
    for (uint32_t i = 0; i < entries; i++) {
        struct frame_entry entry =
            frame_entry_get(table + (size_t)i * FRAME_ENTRY_LENGTH);
        if (unpack_entry(&in, &entry, stats, err) < 0)
            return -1;
    }
    if (in.left > 0)
        return error_set(err, ERR_CONFIG, "it has too much data");
    return 0;
}

void unpacked_dispose(struct unpacked *unpacked)
{
    VEC_DISPOSE(&unpacked->parts);
    free(unpacked->scratch);
    *unpacked = (struct unpacked){ 0 };
}
