/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arbitrary bytes as a guest's stream: they come back as they are through both
 * ends, and are told apart in the same way wherever they are cut. The first
 * byte chooses the pieces, the second puts a beginning before them that leads
 * to the records.
 */
#include "fuzz_stream.h"

#include <stdlib.h>

#include "stream/decode.h"
#include "stream/encode.h"
#include "stream/frame.h"
#include "stream/scan.h"

static const char libxl[] = "LibxlFmt\0\0\0\2\0\0\0\0\1\0\0\0\0\0\0";
static const char libxc[] =
    "\xff\xff\xff\xff\xff\xff\xff\xffXENF\0\0\0\3\0\0\0\0\0\0\0\0"
    "\2\0\0\0\x0c\0\0\0\4\0\0\0\x11\0\0";

static void round_trip(const struct strbuf *plain, size_t piece)
{
    const struct encode_options writing = {
        .compress = { .codec = FRAME_CODEC_LZ4 }, .history = 4 * STREAM_PAGE
    };
    const struct decode_options reading = { .history_max = 4 * STREAM_PAGE };
    cleanup_strbuf struct strbuf carried = { 0 }, back = { 0 };
    struct stream_sink to_carried = { .write = take_into_strbuf,
                                      .data = &carried };
    struct stream_sink to_back = { .write = take_into_strbuf, .data = &back };
    struct stream_stats stats;
    struct encoder *encoder = encoder_new(&writing, &to_carried, NULL);
    struct decoder *decoder = decoder_new(&reading, &to_back, NULL);

    for (size_t at = 0; at < plain->length; at += piece) {
        size_t left = plain->length - at;
        encoder_write(encoder, plain->text + at, left < piece ? left : piece,
                      NULL);
        encoder_flush(encoder, at / piece % 3 == 0, NULL);
    }
    if (encoder_finish(encoder, &stats, NULL) < 0 ||
        decoder_write(decoder, carried.text, carried.length, NULL) < 0 ||
        decoder_finish(decoder, &stats, NULL) < 0 ||
        back.length != plain->length ||
        (back.length > 0 && memcmp(back.text, plain->text, back.length) != 0))
        abort();
    encoder_free(encoder);
    decoder_free(decoder);
}

/* A sum over all bytes, what they belong to, and the pages' numbers. */
static uint64_t tell_apart(const struct strbuf *plain, size_t piece)
{
    struct scan *scan = scan_new();
    struct scan_span span;
    uint64_t sum = 0, problem_at = 0;
    size_t used = 0, here = piece;

    while (used < plain->length) {
        size_t left = plain->length - used;
        size_t got = scan_next(scan, (const uint8_t *)plain->text + used,
                               here < left ? here : left, &span);
        if (got == 0 && here >= left)
            break;
        here = got == 0 ? here + piece : piece;
        for (size_t i = 0; i < got; i++)
            sum = sum * 31 + (uint64_t)span.part + span.pfn;
        used += got;
    }
    sum += scan_problem(scan, &problem_at) != NULL ? problem_at : 0;
    sum += scan_facts(scan)->records + scan_facts(scan)->pages;
    scan_free(scan);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_strbuf struct strbuf plain = { 0 };

    if (size < 2)
        return 0;
    size_t piece = (size_t)data[0] * 17 + 1;
    if (data[1] % 4 == 1 || data[1] % 4 == 2)
        strbuf_add(&plain, libxl, sizeof(libxl));
    if (data[1] % 4 >= 2)
        strbuf_add(&plain, libxc, sizeof(libxc));
    strbuf_add(&plain, (const char *)data + 2, size - 2);
    round_trip(&plain, piece);
    if (tell_apart(&plain, piece) != tell_apart(&plain, plain.length))
        abort();
    return 0;
}
