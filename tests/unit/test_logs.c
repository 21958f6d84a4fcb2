/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stamps of lines, and lines of several logs in one order. */
#include "unit.h"

#include <time.h>

#include "base/stamp.h"
#include "domain/logs.h"

/* 2026-11-23 09:30:00 UTC */
#define MORNING 1795426200.0

static void expect_stamp(const char *line, double seconds, const char *rest)
{
    double got = 0;
    size_t length = 0;

    assert_true(stamp_parse_line(line, &got, &length));
    assert_float_equal(got, seconds, 0.0005);
    assert_string_equal(line + length, rest);
}

static void each_writer_has_its_stamp(void **state)
{
    expect_stamp("2026-11-23T09:30:00Z libxl: error", MORNING, "libxl: error");
    expect_stamp("2026-11-23T10:30:00+0100 xnd[5]: a", MORNING, "xnd[5]: a");
    expect_stamp("2026-11-23T04:00:00-05:30 a", MORNING, "a");
    expect_stamp("2026-11-23T09:30:00.125Z: a", MORNING + 0.125, "a");
    expect_stamp("[2026-11-23 09:30:00] login:", MORNING, "login:");
    expect_stamp("2026-11-23 09:30:00", MORNING, "");
}

static void what_only_looks_like_a_stamp_is_text(void **state)
{
    static const char *const lines[] = {
        "",
        "2026",
        "2026-11-23",
        "2026-13-23T09:30:00 a",
        "2026-11-23T29:30:00 a",
        "2026-11-23T09:30:00x",
        "[2026-11-23 09:30:00 a",
        "login: 2026-11-23T09:30:00",
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        double seconds;
        size_t length;
        assert_false(stamp_parse_line(lines[i], &seconds, &length));
    }
}

static void times_are_typed_in_several_ways(void **state)
{
    time_t now = (time_t)MORNING;
    double got;

    assert_true(stamp_parse_since("90s", now, &got));
    assert_float_equal(got, MORNING - 90, 0);
    assert_true(stamp_parse_since("10m", now, &got));
    assert_float_equal(got, MORNING - 600, 0);
    assert_true(stamp_parse_since("2h", now, &got));
    assert_float_equal(got, MORNING - 7200, 0);
    assert_true(stamp_parse_since("1d", now, &got));
    assert_float_equal(got, MORNING - 86400, 0);
    assert_true(stamp_parse_since("2026-11-23", now, &got));
    assert_float_equal(got, MORNING - 9.5 * 3600, 0);
    assert_true(stamp_parse_since("2026-11-23T09:30:00", now, &got));
    assert_float_equal(got, MORNING, 0);
    assert_false(stamp_parse_since("", now, &got));
    assert_false(stamp_parse_since("m", now, &got));
    assert_false(stamp_parse_since("-5m", now, &got));
    assert_false(stamp_parse_since("2026-11-23T09:30:00 x", now, &got));
    assert_false(stamp_parse_since("yesterday", now, &got));
}

static void take(struct log_source *source, const char *text, double now,
                 struct log_lines *lines)
{
    log_source_take(source, text, strlen(text), now, lines);
}

static void expect_line(const struct log_lines *lines, size_t i, double time,
                        const char *source, const char *text)
{
    assert_true(i < lines->list.count);
    const struct log_line *line = &lines->list.items[i];
    assert_string_equal(line->text, text);
    assert_string_equal(line->source, source);
    assert_float_equal(line->time, time, 0.0005);
}

static void logs_are_merged_by_time(void **state)
{
    struct log_source tools = { .label = "toolstack", .fd = -1 };
    struct log_source console = { .label = "console",
                                  .fd = -1,
                                  .time = MORNING };
    cleanup_log_lines struct log_lines lines = { 0 };

    take(&console, "booting\r\n[2026-11-23 09:30:02] up\n", 0, &lines);
    take(&tools,
         "2026-11-23T09:30:01Z one\nmore of one\n2026-11-23T09:30:03Z two\n", 0,
         &lines);
    log_lines_sort(&lines);
    assert_int_equal(lines.list.count, 5);
    expect_line(&lines, 0, MORNING, "console", "booting");
    expect_line(&lines, 1, MORNING + 1, "toolstack", "one");
    expect_line(&lines, 2, MORNING + 1, "toolstack", "more of one");
    expect_line(&lines, 3, MORNING + 2, "console", "up");
    expect_line(&lines, 4, MORNING + 3, "toolstack", "two");
    strbuf_dispose(&tools.part);
    strbuf_dispose(&console.part);
}

static void a_line_waits_for_its_end(void **state)
{
    struct log_source console = { .label = "console", .fd = -1 };
    cleanup_log_lines struct log_lines lines = { 0 };

    take(&console, "log", 7, &lines);
    assert_int_equal(lines.list.count, 0);
    take(&console, "in:\nnext", 8, &lines);
    assert_int_equal(lines.list.count, 1);
    expect_line(&lines, 0, 8, "console", "login:");
    strbuf_dispose(&console.part);
}

static void a_line_without_end_is_cut(void **state)
{
    struct log_source console = { .label = "console", .fd = -1 };
    cleanup_log_lines struct log_lines lines = { 0 };
    cleanup_free char *much = mem_zalloc(100000, 1);

    memset(much, 'x', 99999);
    take(&console, much, 1, &lines);
    assert_int_equal(lines.list.count, 1);
    assert_int_equal(console.part.length, 0);
    strbuf_dispose(&console.part);
}

static void a_guest_cannot_hide_what_follows(void **state)
{
    struct log_source console = { .label = "console", .fd = -1 };
    cleanup_log_lines struct log_lines lines = { 0 };

    log_source_take(&console, "a\0b\n", 4, 1, &lines);
    expect_line(&lines, 0, 1, "console", "a b");
    strbuf_dispose(&console.part);
}

static void shared_logs_are_filtered(void **state)
{
    char only[] = "(web)";
    struct log_source source = { .label = "supervisor",
                                 .fd = -1,
                                 .only = only };
    cleanup_log_lines struct log_lines lines = { 0 };

    take(&source, "domain 5 (web) adopted\ndomain 6 (web2) adopted\n", 1,
         &lines);
    assert_int_equal(lines.list.count, 1);
    expect_line(&lines, 0, 1, "supervisor", "domain 5 (web) adopted");
    strbuf_dispose(&source.part);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_writer_has_its_stamp),
    cmocka_unit_test(what_only_looks_like_a_stamp_is_text),
    cmocka_unit_test(times_are_typed_in_several_ways),
    cmocka_unit_test(logs_are_merged_by_time),
    cmocka_unit_test(a_line_waits_for_its_end),
    cmocka_unit_test(a_line_without_end_is_cut),
    cmocka_unit_test(a_guest_cannot_hide_what_follows),
    cmocka_unit_test(shared_logs_are_filtered),
};

int main(void)
{
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
