/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When a guest is asked for a device, for how long, and when the device is
 * taken away. What libxl and the host would do is played here: operations
 * answer in the order of `script`, each after the time it is given.
 */
#include "unit.h"

#include "base/clock.h"
#include "device/detach.h"
#include "device/traces.h"
#include "host/operation.h"

#define FOR_EVER 1000000 /* more than any operation is given, in ms */

/* What an operation does: takes so many ms, then yields rc. */
struct answer {
    int takes;
    int rc;
};

static struct {
    struct answer remove[4];
    struct answer destroy;
    int clear_rc;
    int removed; /* calls of each */
    int destroyed;
    int cleared;
    int given[4]; /* ms that the removes were given */
    bool interruptible;
    const struct answer *running;
} play;

static void play_begin(void)
{
    memset(&play, 0, sizeof(play));
}

void operation_begin(struct operation *op, struct host *host)
{
    *op = (struct operation){ .host = host, .interruptible = true };
}

int operation_wait(struct operation *op, int started, int milliseconds)
{
    const struct answer *answer = play.running;
    bool in_time = answer->takes <= milliseconds;

    if (answer == &play.destroy)
        play.interruptible = op->interruptible;
    else
        play.given[play.removed - 1] = milliseconds;
    clock_sleep_ms(in_time ? answer->takes : milliseconds);
    return in_time ? answer->rc : ERROR_TIMEDOUT;
}

int host_fail(struct host *host, struct error *err, enum error_kind kind,
              int rc, const char *format, ...)
{
    return error_set(err, kind, "libxl said %d", rc);
}

void host_log_forget(struct host_log *log)
{
}

int device_traces_read(struct device_traces *traces,
                       const struct device_kind *kind,
                       const struct device_owner *owner, const void *device,
                       struct error *err)
{
    if (kind->node != NULL)
        traces->nodes[DEVICE_RECORD] = mem_strdup("/libxl/1/device/thing/3");
    return 0;
}

int device_traces_clear(const struct device_traces *traces, struct error *err)
{
    play.cleared++;
    return play.clear_rc < 0 ? error_set(err, ERR_DEVICE, "vif1.3 stays") : 0;
}

void device_traces_dispose(struct device_traces *traces)
{
    free(traces->nodes[DEVICE_RECORD]);
}

static int play_remove(libxl_ctx *ctx, uint32_t domid, void *device,
                       const libxl_asyncop_how *how)
{
    play.running = &play.remove[play.removed++];
    return 0;
}

static int play_destroy(libxl_ctx *ctx, uint32_t domid, void *device,
                        const libxl_asyncop_how *how)
{
    play.destroyed++;
    play.running = &play.destroy;
    return 0;
}

static char *three(const void *device)
{
    return mem_strdup("3");
}

static const struct device_kind thing = {
    .name = "thing",
    .node = "thing",
    .remove = play_remove,
    .destroy = play_destroy,
    .word = three,
};

static int detach_kind(const struct device_kind *kind, enum detach_force force,
                       int wait_ms, struct error *err)
{
    static struct host host;
    const struct device_owner web = { &host, 1, "web" };
    const struct detach_choice choice = { .force = force, .wait_ms = wait_ms };

    return device_detach(kind, &web, NULL, &choice, err);
}

static int detach(enum detach_force force, int wait_ms, struct error *err)
{
    return detach_kind(&thing, force, wait_ms, err);
}

static void a_willing_guest_is_asked_once(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    play_begin();
    assert_int_equal(detach(DETACH_FORCE_LATER, DETACH_WAIT_MS, &err), 0);
    assert_int_equal(play.removed, 1);
    assert_int_equal(play.destroyed, 0);
    assert_int_equal(play.cleared, 1);
    assert_true(play.given[0] > DETACH_WAIT_MS); /* libxl ends it itself */
}

static void a_deaf_guest_loses_it_at_the_deadline(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    int64_t start = clock_now_ms();

    play_begin();
    play.remove[0].takes = FOR_EVER;
    assert_int_equal(detach(DETACH_FORCE_LATER, 50, &err), 0);
    assert_true(clock_now_ms() - start >= 50);
    assert_true(play.given[0] <= 50);
    assert_int_equal(play.destroyed, 1);
    assert_false(play.interruptible);
    assert_int_equal(play.cleared, 1);
}

/* libxl gave up before the time was over, as it does with disks after 10 s. */
static void it_is_asked_until_the_time_is_over(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    play_begin();
    play.remove[0] = (struct answer){ 20, ERROR_TIMEDOUT };
    play.remove[1] = (struct answer){ 20, 0 };
    assert_int_equal(detach(DETACH_FORCE_NEVER, 200, &err), 0);
    assert_int_equal(play.removed, 2);
    assert_true(play.given[1] <= 180);
}

static void without_force_the_guest_keeps_it(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    play_begin();
    play.remove[0].takes = FOR_EVER;
    assert_int_equal(detach(DETACH_FORCE_NEVER, 20, &err), -1);
    assert_string_equal(err.hint, "-f takes it away");
    expect_error(&err, ERR_TIMEOUT,
                 "detaching thing 3 of web: the guest does not let go of it");
    assert_int_equal(play.destroyed, 0);
    assert_int_equal(play.cleared, 0);
}

static void with_force_it_is_not_asked(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    play_begin();
    assert_int_equal(detach(DETACH_FORCE_NOW, DETACH_WAIT_MS, &err), 0);
    assert_int_equal(play.removed, 0);
    assert_int_equal(play.destroyed, 1);
}

static void a_signal_ends_the_asking_only(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    play_begin();
    play.remove[0].rc = ERROR_ABORTED;
    assert_int_equal(detach(DETACH_FORCE_LATER, DETACH_WAIT_MS, &err), -1);
    expect_error(&err, ERR_FAILED,
                 "detaching thing 3 of web: interrupted; the guest was asked "
                 "already");
    assert_int_equal(play.destroyed, 0);
}

/* What counts is that nothing is left, not what libxl says of the way. */
static void a_back_end_that_does_not_close_is_cleared(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    play_begin();
    play.destroy.rc = ERROR_TIMEDOUT;
    assert_int_equal(detach(DETACH_FORCE_NOW, DETACH_WAIT_MS, &err), 0);
    assert_int_equal(play.cleared, 1);
}

static void what_stays_is_named(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    play_begin();
    play.clear_rc = -1;
    assert_int_equal(detach(DETACH_FORCE_NOW, DETACH_WAIT_MS, &err), -1);
    expect_error(&err, ERR_DEVICE, "detaching thing 3 of web: vif1.3 stays");
}

/* There is nothing to look at: libxl's word is all there is. */
static void without_a_record_libxl_is_believed(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct device_kind bare = thing;

    play_begin();
    bare.node = NULL;
    play.destroy.rc = ERROR_FAIL;
    assert_int_equal(detach_kind(&bare, DETACH_FORCE_NOW, DETACH_WAIT_MS, &err),
                     -1);
    assert_int_equal(err.kind, ERR_DEVICE);
}

static void a_kind_that_cannot_be_taken_is_asked(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct device_kind mild = thing;

    play_begin();
    mild.destroy = NULL;
    play.remove[0].rc = ERROR_FAIL;
    assert_int_equal(detach_kind(&mild, DETACH_FORCE_NOW, 20, &err), -1);
    assert_int_equal(play.removed, 1);
    assert_true(play.given[0] > DETACH_WAIT_MS);
    assert_null(err.hint);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_willing_guest_is_asked_once),
    cmocka_unit_test(a_deaf_guest_loses_it_at_the_deadline),
    cmocka_unit_test(it_is_asked_until_the_time_is_over),
    cmocka_unit_test(without_force_the_guest_keeps_it),
    cmocka_unit_test(with_force_it_is_not_asked),
    cmocka_unit_test(a_signal_ends_the_asking_only),
    cmocka_unit_test(a_back_end_that_does_not_close_is_cleared),
    cmocka_unit_test(what_stays_is_named),
    cmocka_unit_test(without_a_record_libxl_is_believed),
    cmocka_unit_test(a_kind_that_cannot_be_taken_is_asked),
};

UNIT_MAIN(tests)
