/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches that are told apart by their tokens, of a xenstore that is played. */
#include "unit.h"

#include <poll.h>

#include "host/watches.h"
#include "played_xenstore.h"

static int begin(void **state)
{
    struct watches *watches;

    if (watches_open(&watches, NULL) < 0)
        return -1;
    *state = watches;
    return 0;
}

static int end(void **state)
{
    played_reset();
    watches_close(*state);
    return 0;
}

static void expect_next(struct watches *watches, const char *token)
{
    cleanup_free char *got = NULL;

    assert_int_equal(watches_next(watches, &got, NULL), 1);
    assert_string_equal(got, token);
}

static void expect_none(struct watches *watches)
{
    char *token = NULL;
    struct pollfd poll_fd = { .fd = watches_fd(watches), .events = POLLIN };

    assert_int_equal(watches_next(watches, &token, NULL), 0);
    assert_null(token);
    assert_int_equal(poll(&poll_fd, 1, 0), 0);
}

static void each_fires_once_at_the_beginning(void **state)
{
    struct watches *watches = *state;

    expect_none(watches);
    assert_int_equal(watches_add(watches, "/a", "1", NULL), 0);
    assert_int_equal(watches_add(watches, "/a", "2", NULL), 0);
    expect_next(watches, "1");
    expect_next(watches, "2");
    expect_none(watches);
}

static void a_change_below_fires_those_above_it(void **state)
{
    struct watches *watches = *state;

    assert_int_equal(watches_add(watches, "/a/b", "low", NULL), 0);
    assert_int_equal(watches_add(watches, "/a", "high", NULL), 0);
    assert_int_equal(watches_add(watches, "/a/bc", "other", NULL), 0);
    for (int i = 0; i < 3; i++)
        expect_next(watches, (const char *[]){ "low", "high", "other" }[i]);
    played_write("/a/b/c", "x");
    struct pollfd poll_fd = { .fd = watches_fd(watches), .events = POLLIN };
    assert_int_equal(poll(&poll_fd, 1, 0), 1);
    expect_next(watches, "low");
    expect_next(watches, "high");
    expect_none(watches);
}

static void one_that_was_removed_is_quiet(void **state)
{
    struct watches *watches = *state;

    assert_int_equal(watches_add(watches, "/a", "1", NULL), 0);
    expect_next(watches, "1");
    watches_remove(watches, "/a", "1");
    watches_remove(watches, "/a", "1");
    played_write("/a", "x");
    expect_none(watches);
}

static void a_node_is_there_or_not(void **state)
{
    struct watches *watches = *state;

    assert_false(watches_find(watches, "/a"));
    played_write("/a", "");
    assert_true(watches_find(watches, "/a"));
    played_write("/a", NULL);
    assert_false(watches_find(watches, "/a"));
}

static void the_same_watch_twice_is_told_with_its_path(void **state)
{
    struct watches *watches = *state;
    cleanup_error struct error err = ERROR_INIT;

    assert_int_equal(watches_add(watches, "/a", "1", &err), 0);
    assert_int_equal(watches_add(watches, "/a", "1", &err), -1);
    expect_error(&err, ERR_HOST, "xenstore: watch /a: File exists");
}

static void a_xenstored_that_is_gone_is_an_error(void **state)
{
    struct watches *watches = *state, *other;
    cleanup_error struct error err = ERROR_INIT;
    char *token;

    played_die(true);
    assert_int_equal(watches_next(watches, &token, &err), -1);
    expect_error(&err, ERR_HOST,
                 "xenstored does not answer: Connection reset by peer");
    assert_int_equal(watches_open(&other, &err), -1);
    assert_null(other);
    assert_int_equal(err.kind, ERR_HOST);
}

#define WATCH_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
    WATCH_TEST(each_fires_once_at_the_beginning),
    WATCH_TEST(a_change_below_fires_those_above_it),
    WATCH_TEST(one_that_was_removed_is_quiet),
    WATCH_TEST(a_node_is_there_or_not),
    WATCH_TEST(the_same_watch_twice_is_told_with_its_path),
    WATCH_TEST(a_xenstored_that_is_gone_is_an_error),
};

UNIT_MAIN(tests)
