/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of tools/stream share: both ends, from memory to memory. */
#ifndef XENITH_TESTS_STREAM_UNIT_H
#define XENITH_TESTS_STREAM_UNIT_H

#include "unit.h"

#include "guest_stream.h"
#include "strbuf_sink.h"
#include "stream/decode.h"
#include "stream/encode.h"

#define HISTORY_ENOUGH ((uint64_t)64 << 20)

/* Puts bytes through the writing end, cut into pieces of the length given. */
static inline void encode_bytes(const struct encode_options *options,
                                const char *bytes, size_t length, size_t piece,
                                struct strbuf *out, struct stream_stats *stats)
{
    struct error err = ERROR_INIT;
    struct stream_sink sink = { take_into_strbuf, out };
    struct encoder *encoder = encoder_new(options, &sink, &err);

    expect_no_error(&err);
    for (size_t at = 0; at < length; at += piece) {
        size_t here = length - at < piece ? length - at : piece;
        encoder_write(encoder, bytes + at, here, &err);
        expect_no_error(&err);
    }
    encoder_finish(encoder, stats, &err);
    expect_no_error(&err);
    encoder_free(encoder);
}

/* Puts bytes through the reading end; 0, or -1 with err. */
static inline int decode_bytes(unsigned int threads, const char *bytes,
                               size_t length, size_t piece, struct strbuf *out,
                               struct error *err)
{
    struct decode_options options = { .threads = threads,
                                      .history_max = HISTORY_ENOUGH };
    struct stream_sink sink = { take_into_strbuf, out };
    struct stream_stats stats;
    struct decoder *decoder = decoder_new(&options, &sink, err);
    int rc = 0;

    for (size_t at = 0; rc == 0 && at < length; at += piece) {
        size_t here = length - at < piece ? length - at : piece;
        rc = decoder_write(decoder, bytes + at, here, err);
    }
    if (rc == 0)
        rc = decoder_finish(decoder, &stats, err);
    decoder_free(decoder);
    return rc;
}

static inline void expect_same_bytes(const struct strbuf *got,
                                     const struct strbuf *wanted)
{
    assert_int_equal(got->length, wanted->length);
    for (size_t i = 0; i < wanted->length; i++)
        if (got->text[i] != wanted->text[i])
            fail_msg("byte %zu of %zu: expected %#x, got %#x", i,
                     wanted->length, wanted->text[i] & 0xff,
                     got->text[i] & 0xff);
}

#endif
