/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shown of a transfer, from figures that others keep. */
#include "unit.h"

#include "xn/transfer_view.h"

#define MIB ((uint64_t)1 << 20)

static const char *asked; /* what --progress has */

const char *invocation_value(const struct invocation *inv, const char *option)
{
    assert_string_equal(option, "progress");
    return asked;
}

static struct transfer_view view_begin(void)
{
    struct transfer_view view = { 0 };
    struct error err = ERROR_INIT;

    assert_int_equal(figures_open(&view.figures, &err), 0);
    return view;
}

static void expect_text(const struct transfer_view *view, const char *wanted)
{
    cleanup_strbuf struct strbuf line = { 0 };

    transfer_view_describe(view, &line);
    assert_string_equal(line.text != NULL ? line.text : "", wanted);
}

static void before_anything_moved_nothing_is_said(void **state)
{
    struct transfer_view view = view_begin();

    transfer_view_look(&view, 1000);
    expect_text(&view, "");
    transfer_view_end(&view);
}

static void a_round_has_what_is_dirty_and_its_end(void **state)
{
    struct transfer_view view = view_begin();
    struct stream_figures *figures = view.figures.shared;

    figures_add(&figures->bytes, 40 * MIB);
    figures_add(&figures->carried, 10 * MIB);
    figures_set(&figures->round, 2);
    figures_set(&figures->pages, 10240);
    figures_set(&figures->sent, 5120);
    transfer_view_look(&view, 2000);
    expect_text(&view, ", round 2, 10.0 MiB sent (0.25), 20.0 MiB dirty, "
                       "5.0 MiB/s, 1 s left");
    transfer_view_end(&view);
}

static void rates_are_smoothed_and_not_of_moments(void **state)
{
    struct transfer_view view = view_begin();
    struct stream_figures *figures = view.figures.shared;

    figures_add(&figures->bytes, 10 * MIB);
    figures_add(&figures->carried, 10 * MIB);
    transfer_view_look(&view, 1000);
    figures_add(&figures->bytes, 100 * MIB);
    transfer_view_look(&view, 1001);
    expect_text(&view, ", 10.0 MiB sent (1.00), 10.0 MiB/s");
    figures_add(&figures->carried, 20 * MIB);
    transfer_view_look(&view, 2000);
    /* 10, and 0.4 of the way to 20.02 */
    expect_text(&view, ", 30.0 MiB sent (0.27), 14.0 MiB/s");
    transfer_view_end(&view);
}

static void a_file_that_is_read_has_an_end(void **state)
{
    struct transfer_view view = view_begin();

    view.total = 50 * MIB;
    figures_add(&view.figures.shared->bytes, 40 * MIB);
    figures_add(&view.figures.shared->carried, 10 * MIB);
    transfer_view_look(&view, 2000);
    expect_text(&view, ", 10.0 of 50.0 MiB read (0.25), 5.0 MiB/s, 8 s left");
    figures_add(&view.figures.shared->carried, 40 * MIB);
    transfer_view_look(&view, 3000);
    expect_text(&view, ", 50.0 of 50.0 MiB read (1.25), 19.0 MiB/s, 0 s left");
    transfer_view_end(&view);
}

static void a_word_chooses_what_is_shown(void **state)
{
    struct error err = ERROR_INIT;
    enum progress_mode mode;

    asked = NULL;
    assert_int_equal(transfer_view_mode(NULL, true, &mode, &err), 0);
    assert_int_equal(mode, PROGRESS_QUIET);
    assert_int_equal(transfer_view_mode(NULL, false, &mode, &err), 0);
    assert_int_equal(mode, PROGRESS_TEXT);
    asked = "json";
    assert_int_equal(transfer_view_mode(NULL, true, &mode, &err), 0);
    assert_int_equal(mode, PROGRESS_JSON);
    asked = "none";
    assert_int_equal(transfer_view_mode(NULL, false, &mode, &err), 0);
    assert_int_equal(mode, PROGRESS_QUIET);
    asked = "xml";
    assert_int_equal(transfer_view_mode(NULL, false, &mode, &err), -1);
    expect_error(&err, ERR_USAGE,
                 "--progress: 'xml' is none of text, json, none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_anything_moved_nothing_is_said),
        cmocka_unit_test(a_round_has_what_is_dirty_and_its_end),
        cmocka_unit_test(a_file_that_is_read_has_an_end),
        cmocka_unit_test(a_word_chooses_what_is_shown),
        cmocka_unit_test(rates_are_smoothed_and_not_of_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
