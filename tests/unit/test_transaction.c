/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host/transaction.h over a libxenstore whose transactions end as told. */
#include "unit.h"

#include <errno.h>

#include "host/transaction.h"

static struct {
    bool dead;              /* nothing answers */
    unsigned int conflicts; /* ends that fail, as others get in between */
    unsigned int kept;
    unsigned int taken_back;
} store;

static unsigned int calls;

xs_transaction_t xs_transaction_start(struct xs_handle *handle)
{
    errno = EPIPE;
    return store.dead ? XBT_NULL : 1;
}

bool xs_transaction_end(struct xs_handle *handle, xs_transaction_t t,
                        bool abort)
{
    if (!abort && store.conflicts > 0) {
        store.conflicts--;
        errno = EAGAIN;
        return false;
    }
    *(abort ? &store.taken_back : &store.kept) += 1;
    errno = 0;
    return true;
}

/* Yields the number that data points to. */
static int act(struct xs_handle *xs, xs_transaction_t t, void *data)
{
    calls++;
    return *(const int *)data;
}

static int run(int outcome)
{
    return transaction_run(NULL, act, &outcome);
}

static int begin(void **state)
{
    memset(&store, 0, sizeof(store));
    calls = 0;
    return 0;
}

static void what_an_act_wrote_holds(void **state)
{
    assert_int_equal(run(0), 0);
    assert_int_equal(calls, 1);
    assert_int_equal(store.kept, 1);
    assert_int_equal(store.taken_back, 0);
}

static void others_in_between_have_it_begun_again(void **state)
{
    store.conflicts = 3;
    assert_int_equal(run(0), 0);
    assert_int_equal(calls, 4);
    assert_int_equal(store.kept, 1);
}

static void others_without_end_are_an_error(void **state)
{
    store.conflicts = 1000;
    assert_int_equal(run(0), EAGAIN);
    assert_in_range(calls, 2, 100);
    assert_int_equal(store.kept, 0);
}

static void what_is_left_is_taken_back_and_no_error(void **state)
{
    assert_int_equal(run(TRANSACTION_LEAVE), 0);
    assert_int_equal(calls, 1);
    assert_int_equal(store.kept, 0);
    assert_int_equal(store.taken_back, 1);
}

static void what_fails_is_taken_back_and_told(void **state)
{
    assert_int_equal(run(EACCES), EACCES);
    assert_int_equal(calls, 1);
    assert_int_equal(store.kept, 0);
    assert_int_equal(store.taken_back, 1);
}

static void without_xenstored_nothing_is_done(void **state)
{
    store.dead = true;
    assert_int_equal(run(0), EPIPE);
    assert_int_equal(calls, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(what_an_act_wrote_holds, begin),
    cmocka_unit_test_setup(others_in_between_have_it_begun_again, begin),
    cmocka_unit_test_setup(others_without_end_are_an_error, begin),
    cmocka_unit_test_setup(what_is_left_is_taken_back_and_no_error, begin),
    cmocka_unit_test_setup(what_fails_is_taken_back_and_told, begin),
    cmocka_unit_test_setup(without_xenstored_nothing_is_done, begin),
};

UNIT_MAIN(tests)
