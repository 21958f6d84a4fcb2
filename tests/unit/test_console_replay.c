/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest printed before: each byte once, from a log and a terminal. */
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "device/console_replay.h"

static void expect_join(const char *log, const char *unread, const char *wanted)
{
    cleanup_strbuf struct strbuf got = { 0 };

    strbuf_puts(&got, "");
    console_replay_join(log, strlen(log), unread, strlen(unread), &got);
    assert_string_equal(got.text, wanted);
}

static void what_is_in_both_is_shown_once(void **state)
{
    expect_join("one\ntwo\nthree\n", "two\nthree\n", "one\ntwo\nthree\n");
    expect_join("one\n", "", "one\n");
    expect_join("one\n", "one\n", "one\n");
}

static void what_only_the_terminal_has_is_not_lost(void **state)
{
    expect_join("", "login: ", "login: ");
    expect_join("one\n", "two\n", "one\ntwo\n");
    expect_join("three\n", "two\nthree\n", "two\nthree\n");
}

static void expect_stripped(const char *text, const char *wanted)
{
    cleanup_free char *copy = mem_strdup(text);
    size_t length = strlen(copy);

    console_replay_strip(copy, &length);
    assert_int_equal(length, strlen(wanted));
    assert_memory_equal(copy, wanted, length);
}

static void times_before_lines_are_taken_away(void **state)
{
    expect_stripped("[2026-01-31 23:59:59] one\n[2026-01-31 23:59:59] two",
                    "one\ntwo");
    expect_stripped("[2026-01-31 23:59:59] \n", "\n");
    expect_stripped("a [2026-01-31 23:59:59] b", "a [2026-01-31 23:59:59] b");
    expect_stripped("[2026-01-31 23:59:5", "[2026-01-31 23:59:5");
    expect_stripped("[2026-01-31T23:59:59] a", "[2026-01-31T23:59:59] a");
    /* A guest's own words stay: one time was put before them. */
    expect_stripped("[2026-01-31 23:59:59] [2026-01-31 23:59:59] a",
                    "[2026-01-31 23:59:59] a");
}

/* A pipe in place of the terminal; its writer's end is in ends[1]. */
static void open_terminal(int ends[2], const char *unread)
{
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_int_equal(io_write_all(ends[1], unread, strlen(unread)), 0);
}

static void a_log_and_a_terminal_are_read(void **state)
{
    cleanup_free char *log = scratch_path("guest-web.log");
    cleanup_strbuf struct strbuf got = { 0 };
    static const char text[] = "[2026-01-31 23:59:58] one\r\n"
                               "[2026-01-31 23:59:59] two\r\n";
    int ends[2];

    assert_int_equal(io_replace_file(log, 0600, text, strlen(text), NULL), 0);
    open_terminal(ends, "two\r\n");
    assert_int_equal(console_replay_read(log, ends[0], &got, NULL), 0);
    assert_string_equal(got.text, "one\r\ntwo\r\n");
    close(ends[0]);
    close(ends[1]);
    scratch_remove(log);
}

static void a_long_log_is_shown_from_a_line_on(void **state)
{
    cleanup_free char *log = scratch_path("guest-web.log");
    cleanup_strbuf struct strbuf text = { 0 }, got = { 0 };

    for (int i = 0; i < 10000; i++)
        strbuf_printf(&text, "line %d\n", i);
    assert_int_equal(io_replace_file(log, 0600, text.text, text.length, NULL),
                     0);
    assert_int_equal(console_replay_read(log, -1, &got, NULL), 0);
    assert_in_range(got.length, CONSOLE_REPLAY_LIMIT - 16,
                    CONSOLE_REPLAY_LIMIT);
    assert_memory_equal(got.text, "line ", 5);
    assert_string_equal(got.text, text.text + text.length - got.length);
    scratch_remove(log);
}

static void without_a_log_the_error_says_what_keeps_one(void **state)
{
    cleanup_strbuf struct strbuf got = { 0 };
    cleanup_error struct error err = ERROR_INIT;
    int ends[2];

    open_terminal(ends, "unread");
    assert_int_equal(console_replay_read("nowhere.log", ends[0], &got, &err),
                     -1);
    assert_non_null(strstr(err.hint, "--log=guest"));
    char block[16];
    assert_int_equal(read(ends[0], block, sizeof(block)), 6); /* still there */
    close(ends[0]);
    close(ends[1]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_in_both_is_shown_once),
    cmocka_unit_test(what_only_the_terminal_has_is_not_lost),
    cmocka_unit_test(times_before_lines_are_taken_away),
    cmocka_unit_test(a_log_and_a_terminal_are_read),
    cmocka_unit_test(a_long_log_is_shown_from_a_line_on),
    cmocka_unit_test(without_a_log_the_error_says_what_keeps_one),
};

UNIT_MAIN(tests)
