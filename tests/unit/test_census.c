/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From two looks at the host's domains to what happened in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libxl.h>

#include "base/strbuf.h"
#include "xnd/census.h"

/* "created web 5; started web 5": what was told, in its order. */
static void note(void *arg, const struct event *event)
{
    struct strbuf *said = arg;

    strbuf_printf(said, "%s%s %s %u", said->length > 0 ? "; " : "",
                  event_kind_name(event->kind), event->name, event->domid);
    if (event->device != NULL)
        strbuf_printf(said, " %s", event->device);
    if (event->cause != NULL)
        strbuf_printf(said, " (%s)", event->cause);
}

static struct domain_info guest(uint32_t domid, const char *name)
{
    struct domain_info info = { .domid = domid, .name = (char *)name };

    info.uuid[0] = (uint8_t)name[0];
    return info;
}

/* Looks at these domains (a count of them follows) and Dom0. */
static void look(struct census *census, struct strbuf *said,
                 const struct domain_info *infos, size_t count)
{
    struct domain_list list = { 0 };
    struct domain_info dom0 = { .name = (char *)"Domain-0" };

    strbuf_dispose(said);
    VEC_PUSH(&list.items, dom0);
    for (size_t i = 0; i < count; i++)
        VEC_PUSH(&list.items, infos[i]);
    census_update(census, &list, note, said);
    VEC_DISPOSE(&list.items);
}

static void expect(struct strbuf *said, const char *wanted)
{
    assert_string_equal(said->length > 0 ? said->text : "", wanted);
}

struct fixture {
    struct census census;
    struct strbuf said;
};

static int set_up(void **state)
{
    *state = MEM_NEW(struct fixture);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    census_dispose(&fixture->census);
    strbuf_dispose(&fixture->said);
    free(fixture);
    return 0;
}

#define LOOK(...)                                                          \
    do {                                                                   \
        const struct domain_info infos[] = { __VA_ARGS__ };                \
        look(&f->census, &f->said, infos, sizeof(infos) / sizeof(*infos)); \
    } while (0)
#define LOOK_AT_NOBODY() look(&f->census, &f->said, NULL, 0)

static void the_life_of_a_guest(void **state)
{
    struct fixture *f = *state;
    struct domain_info web = guest(5, "web");

    LOOK_AT_NOBODY();
    expect(&f->said, "");
    web.paused = true;
    LOOK(web);
    expect(&f->said, "created web 5");
    web.paused = false;
    LOOK(web);
    expect(&f->said, "started web 5");
    LOOK(web);
    expect(&f->said, "");
    web.shutdown = true;
    web.shutdown_reason = LIBXL_SHUTDOWN_REASON_POWEROFF;
    LOOK(web);
    expect(&f->said, "shutdown web 5 (poweroff)");
    web.paused = true; /* libxl does so before it destroys */
    LOOK(web);
    expect(&f->said, "");
    web.dying = true;
    LOOK(web);
    expect(&f->said, "destroyed web 5 (poweroff)");
    LOOK_AT_NOBODY();
    expect(&f->said, "");
}

static void a_pause_after_the_start_is_no_start(void **state)
{
    struct fixture *f = *state;
    struct domain_info web = guest(5, "web");

    LOOK(web);
    expect(&f->said, "created web 5; started web 5");
    web.paused = true;
    LOOK(web);
    expect(&f->said, "paused web 5");
    web.paused = false;
    LOOK(web);
    expect(&f->said, "unpaused web 5");
}

static void each_reason_has_its_event(void **state)
{
    static const struct {
        unsigned int reason;
        const char *event;
    } rows[] = {
        { LIBXL_SHUTDOWN_REASON_POWEROFF, "shutdown web 5 (poweroff)" },
        { LIBXL_SHUTDOWN_REASON_REBOOT, "rebooting web 5 (reboot)" },
        { LIBXL_SHUTDOWN_REASON_SUSPEND, "suspended web 5 (suspend)" },
        { LIBXL_SHUTDOWN_REASON_CRASH, "crashed web 5 (crash)" },
        { LIBXL_SHUTDOWN_REASON_WATCHDOG, "crashed web 5 (watchdog)" },
        { LIBXL_SHUTDOWN_REASON_SOFT_RESET, "rebooting web 5 (soft reset)" },
        { 200, "shutdown web 5 (unknown)" },
    };
    struct fixture *f = *state;
    struct domain_info web = guest(5, "web");

    LOOK(web);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        web.shutdown = true;
        web.shutdown_reason = rows[i].reason;
        LOOK(web);
        expect(&f->said, rows[i].event);
        web.shutdown = false;
        LOOK(web);
        expect(&f->said, "resumed web 5");
    }
}

static void the_old_one_ends_before_the_new_one_begins(void **state)
{
    struct fixture *f = *state;

    LOOK(guest(5, "web"), guest(6, "db"));
    LOOK(guest(6, "db"), guest(7, "web"));
    expect(&f->said,
           "destroyed web 5 (destroyed); created web 7; started web 7");
}

static void a_number_can_be_given_again(void **state)
{
    struct fixture *f = *state;

    LOOK(guest(5, "web"));
    LOOK(guest(5, "db"));
    expect(&f->said, "destroyed web 5 (destroyed); created db 5; started db 5");
}

static void one_kept_under_another_name_is_no_other_one(void **state)
{
    struct fixture *f = *state;
    struct domain_info web = guest(5, "web");

    LOOK(web);
    web.shutdown = true;
    web.shutdown_reason = LIBXL_SHUTDOWN_REASON_CRASH;
    LOOK(web);
    web.uuid[0] = 99;
    web.name = (char *)"web-20261123T0930Z";
    LOOK(web);
    expect(&f->said, "renamed web-20261123T0930Z 5 (web)");
}

static void a_domain_without_a_name_is_still_being_made(void **state)
{
    struct fixture *f = *state;
    struct domain_info nameless = { .domid = 5, .paused = true };

    LOOK(nameless);
    expect(&f->said, "");
    LOOK_AT_NOBODY();
    expect(&f->said, "");
}

static void a_known_name_outlives_its_node(void **state)
{
    struct fixture *f = *state;
    struct domain_info web = guest(5, "web");

    LOOK(web);
    web.name = NULL;
    web.dying = true;
    LOOK(web);
    expect(&f->said, "destroyed web 5 (destroyed)");
}

static void update_devices(struct fixture *f, uint32_t domid, char *first,
                           char *second)
{
    struct device_names devices = { 0 };

    strbuf_dispose(&f->said);
    if (first != NULL)
        VEC_PUSH(&devices.list, first);
    if (second != NULL)
        VEC_PUSH(&devices.list, second);
    census_update_devices(&f->census, domid, &devices, note, &f->said);
    VEC_DISPOSE(&devices.list);
}

static void devices_come_and_go(void **state)
{
    char vif[] = "vif/0", disk[] = "vbd/51712";
    struct fixture *f = *state;

    LOOK(guest(5, "web"));
    update_devices(f, 5, vif, NULL);
    expect(&f->said, "attached web 5 vif/0");
    update_devices(f, 5, disk, vif);
    expect(&f->said, "attached web 5 vbd/51712");
    update_devices(f, 5, disk, NULL);
    expect(&f->said, "detached web 5 vif/0");
    update_devices(f, 6, vif, NULL);
    expect(&f->said, "");
}

static void device_paths_are_understood(void **state)
{
    uint32_t domid = 0;

    assert_true(changes_parse_device_path("/libxl/5/device/vif/0", &domid));
    assert_int_equal(domid, 5);
    assert_true(changes_parse_device_path("/libxl/17/device/vbd", &domid));
    assert_int_equal(domid, 17);
    assert_false(changes_parse_device_path("/libxl/5/device", &domid));
    assert_false(changes_parse_device_path("/libxl/5/type", &domid));
    assert_false(changes_parse_device_path("/libxl/x/device/vif/0", &domid));
    assert_false(changes_parse_device_path("/libxl", &domid));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(the_life_of_a_guest),
        TEST(a_pause_after_the_start_is_no_start),
        TEST(each_reason_has_its_event),
        TEST(the_old_one_ends_before_the_new_one_begins),
        TEST(a_number_can_be_given_again),
        TEST(one_kept_under_another_name_is_no_other_one),
        TEST(a_domain_without_a_name_is_still_being_made),
        TEST(a_known_name_outlives_its_node),
        TEST(devices_come_and_go),
        cmocka_unit_test(device_paths_are_understood),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
