/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors: the first cause stays, context goes in front, NULL is allowed. */
#include "unit.h"

#include <errno.h>

static void a_new_error_is_not_set(void **state)
{
    struct error err = ERROR_INIT;

    assert_false(error_is_set(&err));
    error_dispose(&err);
}

static void setting_keeps_kind_and_message(void **state)
{
    struct error err = ERROR_INIT;

    assert_int_equal(error_set(&err, ERR_STATE, "domain %d", 3), -1);
    expect_error(&err, ERR_STATE, "domain 3");
}

static void the_text_of_errno_comes_last(void **state)
{
    struct error err = ERROR_INIT;

    assert_int_equal(error_set_errno(&err, ERR_CONFIG, ENOENT, "/srv/a"), -1);
    expect_error(&err, ERR_CONFIG, "/srv/a: No such file or directory");
}

static void the_first_cause_stays(void **state)
{
    struct error err = ERROR_INIT;

    error_set(&err, ERR_DEVICE, "first");
    error_set(&err, ERR_HOST, "second");
    error_set_errno(&err, ERR_HOST, EIO, "third");
    expect_error(&err, ERR_DEVICE, "first");
}

static void context_goes_in_front(void **state)
{
    struct error err = ERROR_INIT;

    error_set(&err, ERR_DEVICE, "cause");
    assert_int_equal(error_context(&err, "disk %d", 2), -1);
    assert_int_equal(error_context(&err, "web1"), -1);
    expect_error(&err, ERR_DEVICE, "web1: disk 2: cause");
}

static void context_hint_and_detail_need_an_error(void **state)
{
    struct error err = ERROR_INIT;

    error_context(&err, "context");
    error_hint(&err, "hint");
    error_detail(&err, "detail");
    assert_false(error_is_set(&err));
    assert_null(err.message);
    assert_null(err.hint);
    assert_null(err.detail);
}

static void the_first_hint_and_detail_stay(void **state)
{
    struct error err = ERROR_INIT;

    error_set(&err, ERR_FAILED, "cause");
    error_hint(&err, "try %s", "this");
    error_hint(&err, "or that");
    error_detail(&err, "a\nb");
    error_detail(&err, "c");
    assert_string_equal(err.hint, "try this");
    assert_string_equal(err.detail, "a\nb");
    error_dispose(&err);
    assert_false(error_is_set(&err));
    assert_null(err.hint);
}

static void null_stands_for_a_caller_who_does_not_care(void **state)
{
    assert_int_equal(error_set(NULL, ERR_FAILED, "x"), -1);
    assert_int_equal(error_set_errno(NULL, ERR_FAILED, EIO, "x"), -1);
    assert_int_equal(error_context(NULL, "x"), -1);
    error_hint(NULL, "x");
    error_detail(NULL, "x");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_new_error_is_not_set),
    cmocka_unit_test(setting_keeps_kind_and_message),
    cmocka_unit_test(the_text_of_errno_comes_last),
    cmocka_unit_test(the_first_cause_stays),
    cmocka_unit_test(context_goes_in_front),
    cmocka_unit_test(context_hint_and_detail_need_an_error),
    cmocka_unit_test(the_first_hint_and_detail_stay),
    cmocka_unit_test(null_stands_for_a_caller_who_does_not_care),
};

UNIT_MAIN(tests)
