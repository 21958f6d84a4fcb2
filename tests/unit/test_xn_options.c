/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of a command line, read by the rows of a command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "xn/help.h"
#include "xn/options.h"

static const struct option_row rows[] = {
    { 'v', "vcpuid", OPTION_VALUE, "VCPU", "" },
    { 'p', "period", OPTION_VALUE, "US", "" },
    { 'a', "all", OPTION_FLAG, NULL, "" },
    { 0, "json", OPTION_FLAG, NULL, "" },
    { 0 },
};

static const struct command command = { .name = "test", .options = rows };

/* What the real one does for a command without a group. */
char *help_title(const struct command *of)
{
    return mem_strdup(of->name);
}

/* Parses the words, which end with NULL. */
static struct invocation parse(const char **words, int expected,
                               struct error *err)
{
    struct invocation inv = { .command = &command };
    bool help;
    int count = 0;

    while (words[count] != NULL)
        count++;
    assert_int_equal(options_parse(&inv, count, (char **)words, &help, err),
                     expected);
    return inv;
}

static void each_value_keeps_its_place(void **state)
{
    const char *words[] = { "test", "-v",   "0",           "-p10",
                            "web",  "-av1", "--period=20", "--json",
                            "-v",   "all",  NULL };
    struct invocation inv = parse(words, 0, NULL);

    assert_int_equal(invocation_count(&inv, "vcpuid"), 3);
    assert_string_equal(invocation_value_at(&inv, "vcpuid", 0), "0");
    assert_string_equal(invocation_value_at(&inv, "v", 1), "1");
    assert_string_equal(invocation_value_at(&inv, "vcpuid", 2), "all");
    assert_null(invocation_value_at(&inv, "vcpuid", 3));
    assert_string_equal(invocation_value_at(&inv, "period", 0), "10");
    assert_string_equal(invocation_value_at(&inv, "period", 1), "20");
    options_dispose(&inv);
}

static void the_last_value_counts(void **state)
{
    const char *words[] = { "test", "-p", "1", "-p", "2", NULL };
    struct invocation inv = parse(words, 0, NULL);

    assert_string_equal(invocation_value(&inv, "period"), "2");
    assert_null(invocation_value(&inv, "vcpuid"));
    assert_null(invocation_value(&inv, "all"));
    options_dispose(&inv);
}

static void words_are_what_is_left(void **state)
{
    const char *words[] = { "test", "web", "-a", "2", "--", "-p", NULL };
    struct invocation inv = parse(words, 0, NULL);

    assert_int_equal(inv.word_count, 3);
    assert_string_equal(inv.words[0], "web");
    assert_string_equal(inv.words[2], "-p");
    assert_int_equal(invocation_count(&inv, "all"), 1);
    assert_int_equal(invocation_count(&inv, "json"), 0);
    options_dispose(&inv);
}

static void expect_refused(const char **words, const char *message)
{
    cleanup_error struct error err = ERROR_INIT;
    struct invocation inv = parse(words, -1, &err);

    assert_int_equal(err.kind, ERR_USAGE);
    assert_string_equal(err.message, message);
    options_dispose(&inv);
}

static void what_is_no_option_is_refused(void **state)
{
    const char *letter[] = { "test", "-x", NULL };
    const char *name[] = { "test", "--nosuch", NULL };
    const char *value[] = { "test", "-p", NULL };

    expect_refused(letter, "unknown option '-x'");
    expect_refused(name, "unknown option '--nosuch'");
    expect_refused(value, "option '-p' needs a value");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_keeps_its_place),
        cmocka_unit_test(the_last_value_counts),
        cmocka_unit_test(words_are_what_is_left),
        cmocka_unit_test(what_is_no_option_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
