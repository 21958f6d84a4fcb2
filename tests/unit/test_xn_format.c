/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shapes of facts in text, as xl 4.17 prints them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "xn/format.h"

static void expect_letters(struct domain_info info, const char *letters,
                           const char *word)
{
    char got[FORMAT_STATE_SIZE];

    format_state_letters(&info, got);
    assert_string_equal(got, letters);
    assert_string_equal(format_state_word(&info), word);
}

static void test_state(void **state)
{
    struct domain_info nothing = { 0 };

    expect_letters(nothing, "------", "runnable");
    expect_letters((struct domain_info){ .running = true }, "r-----",
                   "running");
    expect_letters((struct domain_info){ .blocked = true }, "-b----",
                   "blocked");
    expect_letters((struct domain_info){ .blocked = true, .paused = true },
                   "-bp---", "paused");
    expect_letters((struct domain_info){ .shutdown = true }, "---s--",
                   "shutdown");
    expect_letters((struct domain_info){ .paused = true, .dying = true },
                   "--p--d", "dying");
}

static void test_state_of_each_reason(void **state)
{
    static const struct {
        const char *letters, *word, *reason;
    } expected[] = {
        { "---s--", "shutdown", "poweroff" },
        { "---sr-", "rebooting", "reboot" },
        { "---ss-", "suspended", "suspend" },
        { "---sc-", "crashed", "crash" },
        { "---sw-", "watchdog", "watchdog" },
        { "---sS-", "soft_reset", "soft_reset" },
        { "---s?-", "shutdown", "unknown" },
        { "---s?-", "shutdown", "unknown" },
    };

    for (unsigned int i = 0; i < 8; i++) {
        unsigned int reason = i == 7 ? 255 : i;
        expect_letters(
            (struct domain_info){ .shutdown = true, .shutdown_reason = reason },
            expected[i].letters, expected[i].word);
        assert_string_equal(format_shutdown_reason(reason), expected[i].reason);
    }
    /* a reason without a shutdown is left over from before */
    expect_letters(
        (struct domain_info){ .running = true, .shutdown_reason = 3 }, "r-----",
        "running");
}

static void expect_uptime(uint64_t seconds, const char *full, const char *brief)
{
    cleanup_free char *got_full = format_uptime(seconds, false);
    cleanup_free char *got_brief = format_uptime(seconds, true);

    assert_string_equal(got_full, full);
    assert_string_equal(got_brief, brief);
}

static void test_uptime(void **state)
{
    expect_uptime(0, " 0:00:00", " 0:00");
    expect_uptime(59, " 0:00:59", " 0:00");
    expect_uptime(3600 + 61, " 1:01:01", " 1:01");
    expect_uptime(86399, "23:59:59", "23:59");
    expect_uptime(86400, "1 day,  0:00:00", "1 day,  0:00");
    expect_uptime(2 * 86400 + 11 * 3600 + 5, "2 days, 11:00:05",
                  "2 days, 11:00");
    expect_uptime(1000 * 86400ull, "1000 days,  0:00:00", "1000 days,  0:00");
}

static void expect_bits(uint16_t bits, unsigned int count, const char *expected)
{
    uint8_t map[2] = { bits & 0xff, bits >> 8 };
    cleanup_free char *got = format_bit_list(map, sizeof(map), count);

    assert_string_equal(got, expected);
}

static void test_bit_list(void **state)
{
    expect_bits(0x0000, 8, "none");
    expect_bits(0x00ff, 8, "all");
    expect_bits(0xffff, 8, "all"); /* what lies beyond does not count */
    expect_bits(0x0001, 1, "all");
    expect_bits(0x0001, 8, "0");
    expect_bits(0x0080, 8, "7");
    expect_bits(0x0003, 8, "0-1");
    expect_bits(0x00fe, 8, "1-7");
    expect_bits(0x042f, 12, "0-3,5,10");
    expect_bits(0xffff, 64, "0-15"); /* a map shorter than asked for */
    expect_bits(0x0000, 0, "none");
}

static void test_name(void **state)
{
    cleanup_free char *none = format_name(NULL);
    cleanup_free char *plain = format_name("web 1");
    cleanup_free char *hostile = format_name("a\033[2Jb\n");

    assert_string_equal(none, "(null)");
    assert_string_equal(plain, "web 1");
    assert_string_equal(hostile, "a\\x1b[2Jb\\x0a");
}

static void test_safe_lines(void **state)
{
    static const char text[] = "one\ttab\n\033[31mred\nno end\0x";
    cleanup_free char *safe = format_safe_lines(text, sizeof(text) - 1);
    cleanup_free char *empty = format_safe_lines("", 0);

    assert_string_equal(safe, "one\ttab\n\\x1b[31mred\nno endx");
    assert_string_equal(empty, "");
}

static void test_indent_json(void **state)
{
    cleanup_free char *nested =
        format_indent_json("{\n    \"a\": [\n\n    ]\n}\n", 8);
    cleanup_free char *broken = format_indent_json("\"\xff\"\n", 4);
    cleanup_free char *empty = format_indent_json("", 4);

    assert_string_equal(nested,
                        "{\n            \"a\": [\n\n            ]\n        }");
    assert_string_equal(broken, "\"\xef\xbf\xbd\"");
    assert_string_equal(empty, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state),
        cmocka_unit_test(test_state_of_each_reason),
        cmocka_unit_test(test_uptime),
        cmocka_unit_test(test_bit_list),
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_safe_lines),
        cmocka_unit_test(test_indent_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
