/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What xl's logs say about who looks after a guest. */
#include "unit.h"

#include "domain/life/xl_daemon.h"

static void the_last_life_counts(void **state)
{
    static const char log[] =
        "Waiting for domain web (domid 5) to die [pid 812]\n"
        "Domain 5 has shut down, reason code 1 0x1\n"
        "Action for shutdown reason code 1 is restart\n"
        "Done. Rebooting now\n"
        "Waiting for domain web (domid 6) to die [pid 812]\n";
    struct xl_daemon daemon = { 0 };

    assert_true(xl_daemon_parse(log, "web", &daemon));
    assert_int_equal(daemon.domid, 6);
    assert_int_equal(daemon.pid, 812);
}

static void another_name_is_another_guest(void **state)
{
    static const char log[] =
        "Waiting for domain web2 (domid 5) to die [pid 812]\n";
    struct xl_daemon daemon = { 0 };

    assert_false(xl_daemon_parse(log, "web", &daemon));
    assert_true(xl_daemon_parse(log, "web2", &daemon));
}

static void half_a_line_says_nothing(void **state)
{
    static const char *const logs[] = {
        "",
        "Waiting for domain web",
        "Waiting for domain web (domid 5",
        "Waiting for domain web (domid x) to die [pid 812]",
        "Waiting for domain web (domid 5) to die [pid 812",
        "Waiting for domain web (domid 5) to die [pid -1]",
    };

    for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
        struct xl_daemon daemon = { 0 };
        assert_false(xl_daemon_parse(logs[i], "web", &daemon));
    }
}

static void another_process_with_its_pid_is_not_it(void **state)
{
    struct xl_daemon daemon = { .domid = 5, .pid = (uint32_t)getpid() };

    assert_int_equal(xl_daemon_open(&daemon), -1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_last_life_counts),
    cmocka_unit_test(another_name_is_another_guest),
    cmocka_unit_test(half_a_line_says_nothing),
    cmocka_unit_test(another_process_with_its_pid_is_not_it),
};

UNIT_MAIN(tests)
