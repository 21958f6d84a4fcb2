/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which state of a guest is which, and which event ends in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libxl.h>

#include "base/strbuf.h"
#include "domain/await.h"
#include "domain/life/supervisor.h"

/* All states that hold, as the words of the command. */
static char *holding(const struct domain_info *info, bool restarting)
{
    static const char *const words[] = { "exists", "running", "paused",
                                         "down",   "crashed", "gone" };
    struct strbuf found = { 0 };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        enum await_state state;
        assert_true(await_parse(words[i], &state));
        if (await_holds(state, info, restarting))
            strbuf_printf(&found, "%s%s", found.length > 0 ? " " : "",
                          words[i]);
    }
    return strbuf_take(&found);
}

static void expect(const struct domain_info *info, bool restarting,
                   const char *wanted)
{
    cleanup_free char *got = holding(info, restarting);

    assert_string_equal(got, wanted);
}

static void each_guest_is_in_its_states(void **state)
{
    const struct domain_info running = { .blocked = true };
    const struct domain_info paused = { .paused = true };
    const struct domain_info off = { .shutdown = true };
    const struct domain_info crashed = {
        .shutdown = true,
        .shutdown_reason = LIBXL_SHUTDOWN_REASON_CRASH,
    };
    const struct domain_info dying = { .dying = true };

    expect(&running, false, "exists running");
    expect(&paused, false, "exists paused");
    expect(&off, false, "exists down");
    expect(&crashed, false, "exists down crashed");
    expect(&dying, false, "down gone");
    expect(NULL, false, "down gone");
}

static void a_guest_between_two_lives_is_not_gone(void **state)
{
    expect(NULL, true, "down");
}

static void an_event_tells_of_a_state_that_is_over(void **state)
{
    assert_true(await_is_reached_by(AWAIT_CRASHED, "crashed"));
    assert_true(await_is_reached_by(AWAIT_DOWN, "rebooting"));
    assert_true(await_is_reached_by(AWAIT_RUNNING, "started"));
    assert_false(await_is_reached_by(AWAIT_RUNNING, "created"));
    assert_false(await_is_reached_by(AWAIT_GONE, "destroyed"));
}

static void an_unknown_word_is_no_state(void **state)
{
    enum await_state found;

    assert_false(await_parse("up", &found));
    assert_false(await_parse("", &found));
}

static void an_event_is_about_a_name_a_uuid_or_an_id(void **state)
{
    static const char text[] =
        "{\"event\":\"paused\",\"domid\":5,\"name\":\"web\","
        "\"uuid\":\"6f0f6d0e-2f0c-4f1e-9d2b-3a4a7f0b2c11\"}";
    cleanup_json_value struct json_value *event = NULL;

    assert_int_equal(json_parse(text, strlen(text), &event, NULL), 0);
    assert_true(supervisor_is_about(event, "web"));
    assert_true(supervisor_is_about(event, "5"));
    assert_true(
        supervisor_is_about(event, "6F0F6D0E-2f0c-4f1e-9d2b-3a4a7f0b2c11"));
    assert_false(supervisor_is_about(event, "web1"));
    assert_false(supervisor_is_about(event, "50"));
    assert_false(supervisor_is_about(NULL, "web"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_guest_is_in_its_states),
        cmocka_unit_test(a_guest_between_two_lives_is_not_gone),
        cmocka_unit_test(an_event_tells_of_a_state_that_is_over),
        cmocka_unit_test(an_unknown_word_is_no_state),
        cmocka_unit_test(an_event_is_about_a_name_a_uuid_or_an_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
