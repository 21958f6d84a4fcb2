/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What xl's logs say about who looks after a guest. */
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
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

static void expect_log_of(const char *file, const char *expected)
{
    cleanup_free char *name = xl_daemon_log_of(file);

    if (expected == NULL)
        assert_null(name);
    else
        assert_string_equal(name, expected);
}

static void the_logs_of_guests_are_known_by_their_names(void **state)
{
    expect_log_of("xl-web.log", "web");
    expect_log_of("xl-a-b.log.log", "a-b.log");
    expect_log_of("xl-web.log.1", NULL);
    expect_log_of("xl-.log", NULL);
    expect_log_of("qemu-dm-web.log", NULL);
    expect_log_of("xl-web", NULL);
    expect_log_of("", NULL);
}

/* It rebooted since: the name without the suffix is the later one. */
static void one_that_came_by_migration_has_two_names(void **state)
{
    static const char path[] = "xl-web--incoming.log";
    static const char lines[] =
        "Waiting for domain web--incoming (domid 5) to die [pid 812]\n"
        "Waiting for domain web (domid 6) to die [pid 812]\n";
    struct xl_daemon daemon = { 0 };

    assert_int_equal(
        io_replace_file(path, 0600, lines, strcspn(lines, "\n") + 1, NULL), 0);
    assert_true(xl_daemon_find(".", "web--incoming", &daemon));
    assert_int_equal(daemon.domid, 5);
    assert_int_equal(io_replace_file(path, 0600, lines, strlen(lines), NULL),
                     0);
    assert_true(xl_daemon_find(".", "web--incoming", &daemon));
    assert_int_equal(daemon.domid, 6);
    assert_true(daemon.written > 0);
    unlink(path);
    assert_false(xl_daemon_find(".", "web--incoming", &daemon));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_logs_of_guests_are_known_by_their_names),
    cmocka_unit_test(one_that_came_by_migration_has_two_names),
    cmocka_unit_test(the_last_life_counts),
    cmocka_unit_test(another_name_is_another_guest),
    cmocka_unit_test(half_a_line_says_nothing),
    cmocka_unit_test(another_process_with_its_pid_is_not_it),
};

UNIT_MAIN(tests)
