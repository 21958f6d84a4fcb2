/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is due for a device of a driver domain, from what is seen of it. */
#include "unit.h"

#include "backend/due.h"

/* A vif that the kernel's backend holds ready, of a guest that runs. */
#define WAITING                         \
    {                                   \
        .way = DUE_BY_SCRIPT, .seen = { \
            .there = true,              \
            .state = BACKEND_INIT_WAIT, \
            .online = true,             \
            .frontend = true            \
        }                               \
    }

static void expect(const struct due_facts *facts, enum due due)
{
    assert_int_equal(due_decide(facts), due);
}

static void a_new_device_is_connected(void **state)
{
    struct due_facts facts = WAITING;

    expect(&facts, DUE_CONNECT);
    facts.seen.status = BACKEND_READY;
    expect(&facts, DUE_NOTHING);
}

static void its_script_runs_in_one_state_alone(void **state)
{
    struct due_facts facts = WAITING;

    for (int i = BACKEND_UNKNOWN; i <= BACKEND_CLOSED; i++) {
        facts.seen.state = (enum backend_state)i;
        expect(&facts, i == BACKEND_INIT_WAIT ? DUE_CONNECT : DUE_NOTHING);
    }
}

static void one_that_failed_is_tried_once_by_each_agent(void **state)
{
    struct due_facts facts = WAITING;

    facts.seen.status = BACKEND_FAILED;
    facts.noted = DUE_NOTED_BEGUN;
    expect(&facts, DUE_RECONNECT);
    facts.tried = true;
    expect(&facts, DUE_NOTHING);
    /* The toolstack made it anew under the same name. */
    facts.seen.status = BACKEND_UNTOLD;
    expect(&facts, DUE_RECONNECT);
}

static void what_a_killed_script_did_is_undone_first(void **state)
{
    struct due_facts facts = WAITING;

    facts.noted = DUE_NOTED_BEGUN;
    expect(&facts, DUE_RECONNECT);
    facts.noted = DUE_NOTED_DONE;
    expect(&facts, DUE_RECONNECT);
    facts.seen.has_device = true;
    expect(&facts, DUE_CONNECT);
}

static void one_that_closed_is_undone_when_nobody_wants_it(void **state)
{
    struct due_facts facts = WAITING;

    facts.seen.status = BACKEND_READY;
    facts.seen.state = BACKEND_CLOSED;
    expect(&facts, DUE_NOTHING); /* the guest may open it again */
    facts.seen.online = false;
    expect(&facts, DUE_UNDO);
    facts.seen.state = BACKEND_CLOSING;
    expect(&facts, DUE_NOTHING);
}

static void one_without_a_guest_is_undone(void **state)
{
    struct due_facts facts = WAITING;

    facts.seen.frontend = false;
    for (int i = BACKEND_UNKNOWN; i <= BACKEND_CLOSED; i++) {
        facts.seen.state = (enum backend_state)i;
        facts.long_gone = false;
        expect(&facts, i == BACKEND_CLOSED ? DUE_UNDO : DUE_NOTHING);
        facts.long_gone = true;
        expect(&facts, DUE_UNDO);
    }
}

static void a_folder_that_is_gone_leaves_the_note(void **state)
{
    struct due_facts facts = { .way = DUE_BY_SCRIPT };

    expect(&facts, DUE_FORGET);
    facts.noted = DUE_NOTED_BEGUN;
    expect(&facts, DUE_UNDO_NOTED);
    facts.noted = DUE_NOTED_DONE;
    expect(&facts, DUE_UNDO_NOTED);
}

static void qemu_is_for_disks_that_nobody_serves_yet(void **state)
{
    struct due_facts facts = WAITING;

    facts.way = DUE_BY_QEMU;
    expect(&facts, DUE_SERVE);
    facts.seen.state = BACKEND_INITIALISING;
    expect(&facts, DUE_SERVE);
    facts.seen.state = BACKEND_CONNECTED;
    expect(&facts, DUE_NOTHING);
    facts.seen.online = false;
    facts.seen.state = BACKEND_CLOSED;
    expect(&facts, DUE_UNDO);
}

static void other_kinds_are_only_cleared_up(void **state)
{
    struct due_facts facts = WAITING;

    facts.way = DUE_BY_OTHERS;
    expect(&facts, DUE_NOTHING);
    facts.seen.online = false;
    facts.seen.state = BACKEND_CLOSED;
    expect(&facts, DUE_UNDO);
}

static void names_are_read_strictly(void **state)
{
    static const char *const wrong[] = {
        "backend",
        "backend/vif",
        "backend/vif/3",
        "backend/vif/3/",
        "backend//3/0",
        "backend/vif/-3/0",
        "backend/vif/3/0x1",
        "backend/../3/0",
        "device/vif/3/0",
        "/backend/vif/3/0",
        "backend/v f/3/0",
        "backends/vif/3/0",
        "backend/vif/3 /0",
        "backend/VIF/3/0",
        "backend/vif/3/4294967296",
        "backend/sixteen_letters_/3/0",
    };
    struct backend_name name;

    assert_true(backend_name_parse("backend/vbd/3/51712", &name));
    assert_string_equal(name.kind, "vbd");
    assert_int_equal(name.domid, 3);
    assert_int_equal(name.devid, 51712);
    assert_true(backend_name_parse("backend/vif/12/0/state", &name));
    assert_int_equal(name.domid, 12);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (backend_name_parse(wrong[i], &name))
            fail_msg("'%s' was taken for a device", wrong[i]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_new_device_is_connected),
    cmocka_unit_test(its_script_runs_in_one_state_alone),
    cmocka_unit_test(one_that_failed_is_tried_once_by_each_agent),
    cmocka_unit_test(what_a_killed_script_did_is_undone_first),
    cmocka_unit_test(one_that_closed_is_undone_when_nobody_wants_it),
    cmocka_unit_test(one_without_a_guest_is_undone),
    cmocka_unit_test(a_folder_that_is_gone_leaves_the_note),
    cmocka_unit_test(qemu_is_for_disks_that_nobody_serves_yet),
    cmocka_unit_test(other_kinds_are_only_cleared_up),
    cmocka_unit_test(names_are_read_strictly),
};

UNIT_MAIN(tests)
