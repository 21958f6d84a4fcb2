/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The descriptors of the codec: a rate that is kept, a wire that is given up
 * when nothing moves, and the figures that others look at.
 */
#include <fcntl.h>
#include <unistd.h>

#include "unit.h"

#include "base/clock.h"
#include "stream/figures.h"
#include "stream/frame.h"
#include "stream/port.h"
#include "stream_unit.h"

#define STALL_MS 100

static void pipe_open(int ends[2])
{
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
}

static void pipe_close(int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

/* -- the rate -------------------------------------------------------------- */

static void a_bucket_gives_its_rate_and_a_small_burst(void **state)
{
    struct bucket bucket = bucket_new(1000, 0);

    assert_int_equal(bucket_take(&bucket, 0, 5000), 100);
    assert_int_equal(bucket_take(&bucket, 0, 5000), 0);
    assert_int_equal(bucket_wait(&bucket), 1);
    assert_int_equal(bucket_take(&bucket, 1, 5000), 1);
    assert_int_equal(bucket_take(&bucket, 51, 5000), 50);
    assert_int_equal(bucket_take(&bucket, 60000, 5000), 100);
    bucket_put_back(&bucket, 40);
    assert_int_equal(bucket_take(&bucket, 60000, 5000), 40);
}

static void a_very_small_rate_gives_byte_by_byte(void **state)
{
    struct bucket bucket = bucket_new(2, 0);

    assert_int_equal(bucket_take(&bucket, 0, 10), 1);
    assert_int_equal(bucket_wait(&bucket), 500);
    assert_int_equal(bucket_take(&bucket, 499, 10), 0);
    assert_int_equal(bucket_take(&bucket, 500, 10), 1);
}

static void without_a_rate_all_may_go(void **state)
{
    struct bucket bucket = bucket_new(0, 0);

    assert_int_equal(bucket_take(&bucket, 0, 1 << 30), 1 << 30);
    assert_int_equal(bucket_wait(&bucket), 0);
}

static void an_outlet_keeps_its_rate(void **state)
{
    static const char much[3000];
    struct iovec part = { .iov_base = (void *)much, .iov_len = sizeof(much) };
    struct error err = ERROR_INIT;
    _Atomic uint64_t count = 0;
    int ends[2];

    pipe_open(ends);
    struct outlet outlet = outlet_new(ends[1], 0, 10000, &count);
    struct stream_sink sink = outlet_sink(&outlet);
    int64_t began = clock_now_ms();
    assert_int_equal(sink.write(sink.data, &part, 1, &err), 0);
    /* 1000 of them at once, the rest needs 200 ms. */
    assert_in_range(clock_now_ms() - began, 190, 5000);
    assert_int_equal(count, sizeof(much));
    pipe_close(ends);
}

/* -- a wire that is dead --------------------------------------------------- */

static void an_outlet_that_nobody_reads_is_given_up(void **state)
{
    static const char much[1 << 20];
    struct iovec part = { .iov_base = (void *)much, .iov_len = sizeof(much) };
    struct error err = ERROR_INIT;
    int ends[2];

    pipe_open(ends);
    struct outlet outlet = outlet_new(ends[1], STALL_MS, 0, NULL);
    struct stream_sink sink = outlet_sink(&outlet);
    assert_int_equal(sink.write(sink.data, &part, 1, &err), -1);
    expect_error(&err, ERR_TIMEOUT, "stalled: nothing went out for 0 s");
    pipe_close(ends);
}

static void an_inlet_that_nobody_writes_to_is_given_up(void **state)
{
    struct error err = ERROR_INIT;
    _Atomic uint64_t count = 0;
    uint8_t bytes[8];
    int ends[2];

    pipe_open(ends);
    struct inlet inlet = { .fd = ends[0],
                           .stall_ms = STALL_MS,
                           .count = &count };
    assert_int_equal(inlet_read(&inlet, bytes, sizeof(bytes), &err), -1);
    expect_error(&err, ERR_TIMEOUT, "stalled: nothing came for 0 s");
    assert_int_equal(io_write_all(ends[1], "abc", 3), 0);
    assert_int_equal(inlet_read(&inlet, bytes, sizeof(bytes), &err), 3);
    assert_int_equal(count, 3);
    pipe_close(ends);
}

/* -- a writer that has nothing to say -------------------------------------- */

static void signs_of_life_give_nothing(void **state)
{
    static const char text[] = "LibxlFmt is not what this is";
    cleanup_strbuf struct strbuf carried = { 0 }, back = { 0 };
    struct stream_sink to_carried = { .write = take_into_strbuf,
                                      .data = &carried };
    struct stream_sink to_back = { .write = take_into_strbuf, .data = &back };
    struct encode_options writing = { .compress = CODEC_AUTO };
    struct decode_options reading = { 0 };
    struct error err = ERROR_INIT;
    struct stream_stats stats;
    struct encoder *encoder = encoder_new(&writing, &to_carried, &err);
    struct decoder *decoder = decoder_new(&reading, &to_back, &err);

    encoder_show_life(encoder, &err);
    assert_int_equal(carried.length,
                     STREAM_HEADER_LENGTH + FRAME_HEADER_LENGTH);
    encoder_write(encoder, text, sizeof(text), &err);
    encoder_show_life(encoder, &err);
    encoder_show_life(encoder, &err);
    encoder_finish(encoder, &stats, &err);
    assert_int_equal(stats.bytes, sizeof(text));
    decoder_write(decoder, carried.text, carried.length, &err);
    decoder_finish(decoder, &stats, &err);
    expect_no_error(&err);
    assert_int_equal(back.length, sizeof(text));
    assert_memory_equal(back.text, text, sizeof(text));
    encoder_free(encoder);
    decoder_free(decoder);
}

/* -- the figures ----------------------------------------------------------- */

static void figures_are_seen_by_whoever_maps_them(void **state)
{
    struct error err = ERROR_INIT;
    struct figures figures;

    assert_int_equal(figures_open(&figures, &err), 0);
    struct stream_figures *theirs = figures_map(figures.fd, &err);
    assert_non_null(theirs);
    figures_add(&theirs->carried, 5);
    figures_add(&theirs->carried, 6);
    assert_int_equal(figures_get(&figures.shared->carried), 11);
    /* Nobody can take the memory away from under the others. */
    assert_int_equal(ftruncate(figures.fd, 0), -1);
    figures_close(&figures);
}

static void other_descriptors_have_no_figures(void **state)
{
    struct error err = ERROR_INIT;
    int ends[2];

    pipe_open(ends);
    assert_null(figures_map(ends[0], &err));
    assert_int_equal(err.kind, ERR_USAGE);
    error_dispose(&err);
    pipe_close(ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_gives_its_rate_and_a_small_burst),
        cmocka_unit_test(a_very_small_rate_gives_byte_by_byte),
        cmocka_unit_test(without_a_rate_all_may_go),
        cmocka_unit_test(an_outlet_keeps_its_rate),
        cmocka_unit_test(an_outlet_that_nobody_reads_is_given_up),
        cmocka_unit_test(an_inlet_that_nobody_writes_to_is_given_up),
        cmocka_unit_test(signs_of_life_give_nothing),
        cmocka_unit_test(figures_are_seen_by_whoever_maps_them),
        cmocka_unit_test(other_descriptors_have_no_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
