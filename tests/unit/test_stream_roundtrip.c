/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes out of the stream is what went in, byte for byte, whatever it is
 * and however it is cut; and guests' pages take no more room than they must.
 */
#include "stream_unit.h"

static const struct guest_stream live = {
    .pages = 3000,
    .rounds = 3,
    .zero = 40,
    .random = 10,
    .dirty = 20,
    .constant = 30,
};

static const struct codec_choice choices[] = {
    { .codec = FRAME_CODEC_NONE },
    { .codec = FRAME_CODEC_LZ4 },
    { .codec = FRAME_CODEC_ZSTD, .level = 1 },
    { .automatic = true },
};

static void expect_round_trip(const struct strbuf *plain,
                              const struct encode_options *options,
                              size_t piece)
{
    cleanup_strbuf struct strbuf carried = { 0 }, back = { 0 };
    struct stream_stats stats;
    struct error err = ERROR_INIT;

    encode_bytes(options, plain->text, plain->length, piece, &carried, &stats);
    assert_int_equal(stats.bytes, plain->length);
    assert_int_equal(stats.carried, carried.length);
    decode_bytes(options->threads, carried.text, carried.length, piece, &back,
                 &err);
    expect_no_error(&err);
    expect_same_bytes(&back, plain);
}

static void a_live_stream_comes_back_with_every_codec(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };

    guest_stream_make(&live, &plain);
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
        for (unsigned int threads = 0; threads < 3; threads++)
            for (uint64_t history = 0; history <= HISTORY_ENOUGH;
                 history += HISTORY_ENOUGH / 2) {
                struct encode_options options = { .compress = choices[i],
                                                  .threads = threads,
                                                  .history = history };
                expect_round_trip(&plain, &options, 1 << 20);
            }
}

static void a_history_too_small_for_the_guest_is_fine(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    struct encode_options options = { .compress = choices[1] };

    guest_stream_make(&live, &plain);
    for (options.history = 1; options.history < 8 << 20; options.history *= 7)
        expect_round_trip(&plain, &options, 1 << 20);
}

static void where_the_input_is_cut_makes_no_difference(void **state)
{
    static const struct guest_stream small = {
        .pages = 40, .batch = 7, .rounds = 2, .zero = 30, .dirty = 50
    };
    cleanup_strbuf struct strbuf plain = { 0 };
    struct encode_options options = { .compress = choices[1],
                                      .history = HISTORY_ENOUGH };

    guest_stream_make(&small, &plain);
    for (size_t piece = 1; piece < 10000; piece = piece * 3 + 1)
        expect_round_trip(&plain, &options, piece);
}

static void bytes_that_are_no_guest_come_back_too(void **state)
{
    static const char *const texts[] = {
        "", "X", "Xen saved domain, xl form", "LibxlFmt", "\xff\xff", "anything"
    };
    struct encode_options options = { .compress = choices[2],
                                      .history = HISTORY_ENOUGH };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cleanup_strbuf struct strbuf plain = { 0 };
        strbuf_puts(&plain, texts[i]);
        expect_round_trip(&plain, &options, 3);
    }
}

/* A stream that ends, or goes wrong, anywhere is carried all the same. */
static void a_stream_that_was_cut_or_damaged_comes_back_as_it_is(void **state)
{
    static const struct guest_stream small = { .pages = 20,
                                               .batch = 8,
                                               .zero = 30 };
    cleanup_strbuf struct strbuf plain = { 0 };
    struct encode_options options = { .compress = choices[0],
                                      .history = HISTORY_ENOUGH };

    guest_stream_make(&small, &plain);
    for (size_t length = plain.length; length > 0; length -= length / 97 + 1) {
        struct strbuf cut = { .text = plain.text, .length = length };
        expect_round_trip(&cut, &options, 4096);
    }
    for (size_t at = 0; at < plain.length; at += 1 + at / 40) {
        plain.text[at] ^= 0x10;
        expect_round_trip(&plain, &options, 4096);
        plain.text[at] ^= 0x10;
    }
}

static void encode_guest(const struct guest_stream *guest, uint64_t history,
                         struct stream_stats *stats)
{
    cleanup_strbuf struct strbuf plain = { 0 }, carried = { 0 };
    struct encode_options options = { .compress = choices[0],
                                      .history = history };

    guest_stream_make(guest, &plain);
    encode_bytes(&options, plain.text, plain.length, 1 << 20, &carried, stats);
}

static void pages_of_zeros_cost_next_to_nothing(void **state)
{
    static const struct guest_stream empty = { .pages = 20000, .zero = 100 };
    struct stream_stats stats;

    encode_guest(&empty, 0, &stats);
    assert_int_equal(stats.pages, 20000);
    assert_int_equal(stats.zero_pages, 20000);
    /* Their numbers are in it, at 8 bytes each. */
    assert_true(stats.carried < 20000 * 9);
}

static void unchanged_pages_are_not_sent_again(void **state)
{
    static const struct guest_stream calm = {
        .pages = 4000, .random = 100, .rounds = 4, .dirty = 50, .constant = 100
    };
    struct stream_stats stats;

    encode_guest(&calm, HISTORY_ENOUGH, &stats);
    assert_true(stats.pages > 11000);
    assert_int_equal(stats.same_pages, stats.pages - 4000);
    assert_true(stats.carried < 4000 * 4096 * 1.02);
}

static void a_changed_word_costs_a_few_bytes(void **state)
{
    static const struct guest_stream busy = {
        .pages = 4000, .random = 100, .rounds = 4, .dirty = 50
    };
    struct stream_stats stats;

    encode_guest(&busy, HISTORY_ENOUGH, &stats);
    assert_int_equal(stats.delta_pages, stats.pages - 4000);
    assert_true(stats.carried < 4000 * 4096 + stats.pages * 100);
}

/* 1,000 of 4,000 pages fit: those that are sent again find their way in. */
static void a_full_history_admits_pages_that_come_again(void **state)
{
    static const struct guest_stream large = {
        .pages = 4000, .random = 100, .rounds = 8, .dirty = 5, .hot = true
    };
    struct stream_stats stats;

    encode_guest(&large, 1000 * 4096, &stats);
    uint64_t again = stats.pages - 4000;
    assert_true(stats.delta_pages > again * 4 / 5);
    encode_guest(&large, 0, &stats);
    assert_int_equal(stats.delta_pages, 0);
}

static void what_is_given_goes_out_when_nothing_follows(void **state)
{
    static const struct guest_stream small = { .pages = 10 };
    cleanup_strbuf struct strbuf plain = { 0 }, carried = { 0 }, back = { 0 };
    struct encode_options options = { .compress = choices[2] };
    struct decode_options reading = { 0 };
    struct stream_sink to_frames = { take_into_strbuf, &carried };
    struct stream_sink to_back = { take_into_strbuf, &back };
    struct error err = ERROR_INIT;

    guest_stream_make(&small, &plain);
    struct encoder *encoder = encoder_new(&options, &to_frames, &err);
    struct decoder *decoder = decoder_new(&reading, &to_back, &err);
    /* The configuration, then libxl's header and first record. */
    size_t config = 48 + 4 + sizeof(GUEST_STREAM_CONFIG);
    size_t lengths[] = { config, 16, 8 };
    size_t at = 0, taken = 0;
    for (size_t i = 0; i < 3; i++) {
        encoder_write(encoder, plain.text + at, lengths[i], &err);
        encoder_flush(encoder, false, &err);
        at += lengths[i];
        decoder_write(decoder, carried.text + taken, carried.length - taken,
                      &err);
        taken = carried.length;
        expect_no_error(&err);
        assert_int_equal(back.length, at);
    }
    assert_false(decoder_is_complete(decoder));
    encoder_free(encoder);
    decoder_free(decoder);
}

static void a_stream_is_not_made_of_small_frames(void **state)
{
    static const struct guest_stream text = { .pages = 8192 };
    struct stream_stats stats;

    encode_guest(&text, 0, &stats);
    assert_true(stats.frames <= 8192 / 1024 + 3);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_live_stream_comes_back_with_every_codec),
    cmocka_unit_test(a_history_too_small_for_the_guest_is_fine),
    cmocka_unit_test(where_the_input_is_cut_makes_no_difference),
    cmocka_unit_test(bytes_that_are_no_guest_come_back_too),
    cmocka_unit_test(a_stream_that_was_cut_or_damaged_comes_back_as_it_is),
    cmocka_unit_test(pages_of_zeros_cost_next_to_nothing),
    cmocka_unit_test(unchanged_pages_are_not_sent_again),
    cmocka_unit_test(a_changed_word_costs_a_few_bytes),
    cmocka_unit_test(a_full_history_admits_pages_that_come_again),
    cmocka_unit_test(what_is_given_goes_out_when_nothing_follows),
    cmocka_unit_test(a_stream_is_not_made_of_small_frames),
};

UNIT_MAIN(tests)
