/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notes of guests between two lives, in a folder of the build's. */
#include "unit.h"

#include <unistd.h>

#include "domain/life/restart.h"

#define WEB "6f0f6d0e-2f0c-4f1e-9d2b-3a4a7f0b2c11"

static void begin_note(struct restart_note *note)
{
    bool found = false;

    assert_int_equal(restart_lock(note, WEB, true, &found, NULL), 0);
    assert_true(found);
}

static void expect_listed(size_t count)
{
    cleanup_restart_guests struct restart_guests guests = { 0 };
    bool by_name, by_uuid;

    assert_int_equal(restart_list(&guests, NULL), 0);
    assert_int_equal(guests.list.count, count);
    assert_int_equal(restart_is_under_way("web", &by_name, NULL), 0);
    assert_int_equal(restart_is_under_way(WEB, &by_uuid, NULL), 0);
    assert_int_equal(by_name, count > 0);
    assert_int_equal(by_uuid, count > 0);
    if (count == 0)
        return;
    assert_string_equal(guests.list.items[0].name, "web");
    assert_string_equal(guests.list.items[0].uuid, WEB);
    assert_int_equal(guests.list.items[0].old_domid, 5);
}

static void write_whole(struct restart_note *note)
{
    const struct restart_plan plan = {
        .old_domid = 5,
        .short_lives = 2,
        .name = (char *)"web",
        .config_json = (char *)"{}",
        .own_json = (char *)"{}",
    };

    assert_int_equal(restart_write(note, &plan, NULL), 0);
}

static void a_plan_is_read_as_it_was_written(void **state)
{
    cleanup_restart_plan struct restart_plan plan = { 0 };
    struct restart_note note;

    begin_note(&note);
    expect_listed(0); /* nothing is decided yet */
    write_whole(&note);
    expect_listed(1);
    assert_true(restart_read(&note, &plan));
    assert_string_equal(plan.name, "web");
    assert_int_equal(plan.short_lives, 2);
    restart_end(&note);
    expect_listed(0);
}

/* Killed meanwhile it is decided anew: nothing is there to be taken up. */
static void one_that_waits_is_listed_and_has_no_plan(void **state)
{
    cleanup_restart_plan struct restart_plan plan = { 0 };
    struct restart_note note;

    begin_note(&note);
    assert_int_equal(restart_write_waiting(&note, "web", 5, NULL), 0);
    expect_listed(1);
    assert_false(restart_read(&note, &plan));
    write_whole(&note); /* its next life is made */
    assert_true(restart_read(&note, &plan));
    restart_end(&note);
}

static void expect_cancelled(const char *guest, bool wanted)
{
    bool cancelled = !wanted;

    assert_int_equal(restart_cancel(guest, &cancelled, NULL), 0);
    assert_int_equal(cancelled, wanted);
}

static void what_is_cancelled_is_not_taken_up(void **state)
{
    struct restart_note note;

    begin_note(&note);
    write_whole(&note);
    restart_leave(&note); /* its process was killed */
    expect_cancelled("db", false);
    expect_listed(1);
    expect_cancelled("web", true);
    expect_listed(0);
    expect_cancelled(WEB, false);
    assert_int_equal(access(RESTART_FOLDER, F_OK), -1);
    rmdir(XENITH_RUNDIR);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_plan_is_read_as_it_was_written),
    cmocka_unit_test(one_that_waits_is_listed_and_has_no_plan),
    cmocka_unit_test(what_is_cancelled_is_not_taken_up),
};

UNIT_MAIN(tests)
