/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reading end under arbitrary bytes, as they are or with the hashes of all
 * headers and payloads made right, so that what they vouch for is reached. The
 * first byte chooses. Nothing may come out of a frame whose running hash is
 * wrong, and where the input is cut makes no difference.
 */
#include "fuzz_stream.h"

#include <stdlib.h>

#include "stream/bytes.h"
#include "stream/decode.h"
#include "stream/frame.h"
#include "stream/hash.h"

/* Buffers of a limit's size would make each run slow. */
#define SMALL ((uint32_t)1 << 16)

static void mend_header(uint8_t *bytes)
{
    memcpy(bytes, STREAM_MAGIC, STREAM_MAGIC_LENGTH);
    bytes_put_le16(bytes + 16, STREAM_MAJOR);
    bytes_put_le32(bytes + 20, 0);
    bytes_put_le64(bytes + 24, bytes_get_le64(bytes + 24) % (8 * STREAM_PAGE));
    bytes_put_le32(bytes + 32, SMALL);
    bytes_put_le32(bytes + 36, SMALL);
    bytes_put_le64(bytes + 40, hash_block(bytes, 40));
}

static void mend(uint8_t *bytes, size_t size)
{
    size_t at = STREAM_HEADER_LENGTH;

    if (size < at)
        return;
    mend_header(bytes);
    while (size - at >= FRAME_HEADER_LENGTH) {
        uint8_t *frame = bytes + at;
        size_t room = size - at - FRAME_HEADER_LENGTH;
        uint32_t length = bytes_get_le32(frame + 8);
        if (length > room)
            length = (uint32_t)room;
        bytes_put_le32(frame + 8, length);
        bytes_put_le64(frame + 32,
                       hash_block(frame + FRAME_HEADER_LENGTH, length));
        bytes_put_le64(frame + 40, hash_block(frame, 40));
        at += FRAME_HEADER_LENGTH + length;
    }
}

/* Yields what decoder_finish or the write that failed did. */
static int decode(const uint8_t *bytes, size_t size, size_t piece,
                  struct strbuf *out)
{
    const struct decode_options options = { .history_max = 8 * STREAM_PAGE };
    struct stream_sink sink = { .write = take_into_strbuf, .data = out };
    cleanup_error struct error err = ERROR_INIT;
    struct stream_stats stats;
    struct decoder *decoder = decoder_new(&options, &sink, &err);
    int rc = 0;

    for (size_t at = 0; rc == 0 && at < size; at += piece)
        rc = decoder_write(decoder, bytes + at,
                           size - at < piece ? size - at : piece, &err);
    if (rc == 0)
        rc = decoder_finish(decoder, &stats, &err);
    if ((rc < 0) != error_is_set(&err))
        abort();
    decoder_free(decoder);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_strbuf struct strbuf whole = { 0 }, pieces = { 0 };

    if (size == 0)
        return 0;
    cleanup_free uint8_t *bytes = take_input(data, &size, mend);
    int rc = decode(bytes, size, size + 1, &whole);
    if (decode(bytes, size, (size_t)(data[0] >> 1) + 1, &pieces) != rc ||
        whole.length != pieces.length ||
        (whole.length > 0 &&
         memcmp(whole.text, pieces.text, whole.length) != 0))
        abort();
    return 0;
}
