/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A data frame's payload under arbitrary bytes, several after another with one
 * history: what is given has the length that the table says and no more than
 * the stream allows. Each payload begins with two bytes of its length; the
 * first byte of all is the history's size in pages.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stream/bytes.h"
#include "stream/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SPAN_MAX ((uint32_t)1 << 20)

/* What reading yields is of no use but must not be left out. */
static volatile uint8_t seen;

static void read_all(const struct unpacked *unpacked)
{
    size_t length = 0;

    VEC_EACH (&unpacked->parts, part) {
        const uint8_t *bytes = part->iov_base;
        for (size_t i = 0; i < part->iov_len; i += 64)
            seen ^= bytes[i];
        seen ^= bytes[part->iov_len - 1];
        length += part->iov_len;
    }
    if (length != unpacked->length || length > SPAN_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct unpacked unpacked = { 0 };
    struct stream_stats stats = { 0 };

    if (size < 1)
        return 0;
    struct stream_header header = {
        .span_max = SPAN_MAX,
        .history = (uint64_t)(data[0] % 16) * STREAM_PAGE,
    };
    struct history *history = history_new(header.history, NULL);
    data++;
    size--;
    while (size >= 2) {
        size_t length = bytes_get_le16(data);
        data += 2;
        size -= 2;
        if (length > size)
            length = size;
        /* A copy of its own, so that one byte too far is noticed. */
        cleanup_free uint8_t *payload = mem_zalloc(1, length + 1);
        memcpy(payload, data, length);
        payload = mem_realloc(payload, 1, length > 0 ? length : 1);
        if (unpack(&unpacked, payload, length, &header, history, &stats,
                   NULL) == 0)
            read_all(&unpacked);
        data += length;
        size -= length;
    }
    history_free(history);
    unpacked_dispose(&unpacked);
    return 0;
}
