/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What ends an operation of libxl's: itself, a deadline, that it has become
 * pointless. What libxl would do is played here; it ends an aborted operation
 * at once, as it does for whatever waits for time to pass.
 */
#include "unit.h"

#include <libxl.h>
#include <libxl_event.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/operation.h"

static struct {
    struct operation *op;
    int64_t ends; /* by itself; CLOCK_NEVER */
    int aborts;
    int looks;
    int pointless_at; /* which look says so; 0: none does */
} play;

static struct host host;

void host_log_forget(struct host_log *log)
{
}

static void end(int rc)
{
    play.op->how.callback(NULL, rc, play.op->how.u.for_callback);
}

int libxl_osevent_beforepoll(libxl_ctx *ctx, int *used, struct pollfd *fds,
                             int *timeout, struct timeval now)
{
    int left = clock_left_ms(play.ends);

    *used = 0;
    if (left >= 0 && (*timeout < 0 || left < *timeout))
        *timeout = left;
    return 0;
}

void libxl_osevent_afterpoll(libxl_ctx *ctx, int used, const struct pollfd *fds,
                             struct timeval now)
{
    if (clock_is_past(play.ends))
        end(0);
}

int libxl_ao_abort(libxl_ctx *ctx, const libxl_asyncop_how *how)
{
    assert_ptr_equal(how, &play.op->how);
    play.aborts++;
    end(ERROR_ABORTED);
    return 0;
}

static bool is_pointless(void *data)
{
    assert_ptr_equal(data, &play);
    return ++play.looks == play.pointless_at;
}

/* Takes so many ms by itself, -1: for ever. */
static void begin(struct operation *op, int takes)
{
    memset(&play, 0, sizeof(play));
    play.op = op;
    operation_begin(op, &host);
    play.ends = clock_deadline(takes);
    op->is_pointless = is_pointless;
    op->data = &play;
}

static void one_that_ends_by_itself_is_not_aborted(void **state)
{
    struct operation op;

    begin(&op, 700);
    assert_int_equal(operation_wait(&op, 0, OPERATION_NO_DEADLINE), 0);
    assert_int_equal(play.aborts, 0);
    assert_in_range(play.looks, 2, 3);
}

static void one_that_became_pointless_is_aborted_soon(void **state)
{
    struct operation op;
    int64_t began = clock_now_ms();

    begin(&op, -1);
    play.pointless_at = 2;
    assert_int_equal(operation_wait(&op, 0, OPERATION_NO_DEADLINE),
                     ERROR_ABORTED);
    assert_int_equal(play.aborts, 1);
    assert_int_equal(play.looks, 2);
    assert_true(clock_now_ms() - began >= 400);
}

static void a_deadline_between_two_looks_holds(void **state)
{
    struct operation op;
    int64_t began = clock_now_ms();

    begin(&op, -1);
    assert_int_equal(operation_wait(&op, 0, 100), ERROR_TIMEDOUT);
    assert_int_equal(play.aborts, 1);
    assert_int_equal(play.looks, 1);
    assert_true(clock_now_ms() - began >= 100);
}

static void nobody_has_to_be_asked(void **state)
{
    struct operation op;

    begin(&op, 10);
    op.is_pointless = NULL;
    assert_int_equal(operation_wait(&op, 0, OPERATION_NO_DEADLINE), 0);
    assert_int_equal(play.looks, 0);
}

static void one_that_did_not_begin_is_not_waited_for(void **state)
{
    struct operation op;

    begin(&op, -1);
    assert_int_equal(operation_wait(&op, ERROR_INVAL, OPERATION_NO_DEADLINE),
                     ERROR_INVAL);
    assert_int_equal(play.looks, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_that_ends_by_itself_is_not_aborted),
    cmocka_unit_test(one_that_became_pointless_is_aborted_soon),
    cmocka_unit_test(a_deadline_between_two_looks_holds),
    cmocka_unit_test(nobody_has_to_be_asked),
    cmocka_unit_test(one_that_did_not_begin_is_not_waited_for),
};

UNIT_MAIN(tests)
