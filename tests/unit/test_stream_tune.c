/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How hard is compressed follows from what the frames wait for. */
#include "unit.h"

#include "stream/tune.h"

static const struct pool_load free_way = { .working = 1, .slots = 5 };
static const struct pool_load link_jam = { .done = 4, .slots = 5 };
static const struct pool_load cpu_jam = { .working = 4, .slots = 5 };

static struct tune tune_for(const char *choice)
{
    struct codec_choice parsed;
    struct error err = ERROR_INIT;
    struct tune tune;

    codec_parse_choice(choice, &parsed, &err);
    expect_no_error(&err);
    tune_init(&tune, &parsed);
    return tune;
}

/* Steps until the choice changes; yields how many frames that took. */
static unsigned int frames_until_change(struct tune *tune,
                                        const struct pool_load *load)
{
    unsigned int rung = tune->rung, frames = 0;

    while (tune->rung == rung && frames < 10000) {
        tune_step(tune, load);
        frames++;
    }
    return frames;
}

static void a_choice_of_the_users_stays(void **state)
{
    struct tune tune = tune_for("zstd:7");

    for (unsigned int i = 0; i < 1000; i++)
        tune_step(&tune, i % 2 ? &link_jam : &cpu_jam);
    assert_int_equal(tune.choice.codec, FRAME_CODEC_ZSTD);
    assert_int_equal(tune.choice.level, 7);
}

static void without_a_jam_nothing_changes(void **state)
{
    struct tune tune = tune_for("auto");

    assert_int_equal(frames_until_change(&tune, &free_way), 10000);
    assert_int_equal(tune.choice.codec, FRAME_CODEC_ZSTD);
    assert_int_equal(tune.choice.level, 1);
}

static void a_busy_processor_switches_it_off_step_by_step(void **state)
{
    struct tune tune = tune_for("auto");

    frames_until_change(&tune, &cpu_jam);
    assert_int_equal(tune.choice.codec, FRAME_CODEC_LZ4);
    frames_until_change(&tune, &cpu_jam);
    assert_int_equal(tune.choice.codec, FRAME_CODEC_NONE);
    assert_int_equal(frames_until_change(&tune, &cpu_jam), 10000);
}

static void a_slow_link_has_it_compress_more(void **state)
{
    struct tune tune = tune_for("auto");

    frames_until_change(&tune, &link_jam);
    assert_int_equal(tune.choice.codec, FRAME_CODEC_ZSTD);
    assert_int_equal(tune.choice.level, 3);
    assert_int_equal(frames_until_change(&tune, &link_jam), 10000);
}

static void between_two_it_changes_more_and_more_seldom(void **state)
{
    struct tune tune = tune_for("auto");
    unsigned int before = frames_until_change(&tune, &cpu_jam);

    for (unsigned int i = 0; i < 4; i++) {
        unsigned int now =
            frames_until_change(&tune, i % 2 ? &cpu_jam : &link_jam);
        assert_true(now >= before);
        before = now;
    }
    assert_true(before > 50);
    for (unsigned int i = 0; i < 20; i++)
        before = frames_until_change(&tune, i % 2 ? &cpu_jam : &link_jam);
    assert_true(before < 300);
}

static void ways_to_compress_are_read(void **state)
{
    static const char *const wrong[] = { "",        "gzip",   "zstd:",
                                         "zstd:0",  "zstd:x", "zstd:99",
                                         "zstd:-1", "lz4:1",  "zstdx" };
    struct codec_choice choice;
    struct error err = ERROR_INIT;

    assert_int_equal(tune_for("zstd").choice.level, 1);
    assert_int_equal(tune_for("zstd:19").choice.level, 19);
    assert_int_equal(tune_for("none").choice.codec, FRAME_CODEC_NONE);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (codec_parse_choice(wrong[i], &choice, &err) == 0)
            fail_msg("'%s' was taken", wrong[i]);
        assert_int_equal(err.kind, ERR_USAGE);
        error_dispose(&err);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_choice_of_the_users_stays),
    cmocka_unit_test(without_a_jam_nothing_changes),
    cmocka_unit_test(a_busy_processor_switches_it_off_step_by_step),
    cmocka_unit_test(a_slow_link_has_it_compress_more),
    cmocka_unit_test(between_two_it_changes_more_and_more_seldom),
    cmocka_unit_test(ways_to_compress_are_read),
};

UNIT_MAIN(tests)
