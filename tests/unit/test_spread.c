/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests of a host that is cleared, among several others. */
#include "unit.h"

#include "domain/transfer/spread.h"

static void each_goes_where_most_is_free(void **state)
{
    const uint64_t needs[] = { 50, 40, 30, 20 };
    uint64_t free[] = { 60, 100 };
    size_t places[4];

    spread(needs, 4, free, 2, places);
    /* 100-50=50; 60-40=20; 50-30=20; then the first of two that are equal */
    assert_int_equal(places[0], 1);
    assert_int_equal(places[1], 0);
    assert_int_equal(places[2], 1);
    assert_int_equal(places[3], 0);
    assert_int_equal(free[0], 0);
    assert_int_equal(free[1], 20);
}

static void what_fits_nowhere_keeps_no_smaller_one_out(void **state)
{
    const uint64_t needs[] = { 200, 10 };
    uint64_t free[] = { 60, 50 };
    size_t places[2];

    spread(needs, 2, free, 2, places);
    assert_int_equal(places[0], SPREAD_NOWHERE);
    assert_int_equal(places[1], 0);
}

static void a_host_that_was_not_asked_takes_all(void **state)
{
    const uint64_t needs[] = { 200, 100 };
    uint64_t free[] = { UINT64_MAX };
    size_t places[2];

    spread(needs, 2, free, 1, places);
    assert_int_equal(places[0], 0);
    assert_int_equal(places[1], 0);
    assert_int_equal(free[0], UINT64_MAX);
}

static void without_a_host_there_is_no_place(void **state)
{
    const uint64_t needs[] = { 0 };
    uint64_t free[] = { 0 };
    size_t places[1];

    spread(needs, 1, free, 0, places);
    assert_int_equal(places[0], SPREAD_NOWHERE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_goes_where_most_is_free),
        cmocka_unit_test(what_fits_nowhere_keeps_no_smaller_one_out),
        cmocka_unit_test(a_host_that_was_not_asked_takes_all),
        cmocka_unit_test(without_a_host_there_is_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
