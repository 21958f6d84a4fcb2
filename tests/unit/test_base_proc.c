/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs: what they say, how they end, and that they do end. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/proc.h"

#define SHELL(script) ((const char *const[]){ "sh", "-c", script, NULL })

static void what_it_says_is_kept_apart(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result;
    struct proc proc = { .argv = SHELL("echo out; echo err >&2") };

    assert_int_equal(proc_run_ok(&proc, &result, &err), 0);
    assert_string_equal(result.out.text, "out\n");
    assert_int_equal(result.out.length, 4);
    assert_string_equal(result.err.text, "err\n");
    assert_int_equal(result.out.dropped, 0);
}

static void words_are_no_shell_text(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result;
    struct proc proc = {
        .argv =
            (const char *const[]){ "printf", "%s|", "$(id)", "a b", "", NULL },
    };

    assert_int_equal(proc_run_ok(&proc, &result, &err), 0);
    assert_string_equal(result.out.text, "$(id)|a b||");
}

static void its_input_is_empty_or_the_one_given(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_free char *path = scratch_path("input");
    cleanup_proc_result struct proc_result none, given;
    struct proc proc = { .argv = (const char *const[]){ "cat", NULL } };

    assert_int_equal(proc_run_ok(&proc, &none, &err), 0);
    assert_string_equal(none.out.text, "");
    assert_int_equal(io_replace_file(path, 0600, "hello", 5, &err), 0);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    proc.input_fd = fd;
    assert_int_equal(proc_run_ok(&proc, &given, &err), 0);
    assert_string_equal(given.out.text, "hello");
    scratch_remove(path);
}

static void variables_are_added_and_replaced(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result;
    struct proc proc = {
        .argv = SHELL("echo $XN_A $XN_B; env | grep -c ^XN_A="),
        .env = (const char *const[]){ "XN_A=new", "XN_B=b", NULL },
    };

    setenv("XN_A", "old", 1);
    assert_int_equal(proc_run_ok(&proc, &result, &err), 0);
    assert_string_equal(result.out.text, "new b\n1\n");
}

static void an_environment_can_be_all_there_is(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result;
    struct proc proc = {
        .argv = (const char *const[]){ "/usr/bin/env", NULL },
        .env = (const char *const[]){ "XN_A=only", NULL },
        .only_env = true,
    };

    assert_int_equal(proc_run_ok(&proc, &result, &err), 0);
    assert_string_equal(result.out.text, "XN_A=only\n");
}

static void it_can_run_as_somebody_else(void **state)
{
    static const gid_t groups[] = { 12346 };
    static const struct confine_user user = {
        .uid = 12345, .gid = 12345, .groups = groups, .group_count = 1
    };
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result;
    struct proc proc = {
        .argv = SHELL("id -u; id -G; chmod 0 /etc 2>/dev/null || echo no"),
        .user = &user,
    };

    if (geteuid() != 0)
        skip();
    assert_int_equal(proc_run_ok(&proc, &result, &err), 0);
    assert_string_equal(result.out.text, "12345\n12345 12346\nno\n");
}

static void its_status_is_told_and_judged(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result plain = { 0 }, judged = { 0 };
    struct proc proc = { .argv = SHELL("echo one >&2; echo two >&2; exit 3") };

    assert_int_equal(proc_run(&proc, &plain, &err), 0);
    assert_int_equal(plain.exit_status, 3);
    assert_int_equal(plain.signal, 0);
    assert_int_equal(proc_run_ok(&proc, &judged, &err), -1);
    assert_string_equal(err.detail, "one\ntwo\n");
    expect_error(&err, ERR_FAILED, "sh: exit status 3: two");
}

static void a_signal_is_told(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result;
    struct proc proc = { .argv = SHELL("kill -TERM $$") };

    assert_int_equal(proc_run(&proc, &result, &err), 0);
    assert_int_equal(result.signal, SIGTERM);
    assert_int_equal(result.exit_status, -1);
    assert_int_equal(proc_run_ok(&proc, NULL, &err), -1);
    expect_error(&err, ERR_FAILED, "sh: killed by signal 15 (Terminated)");
}

static void a_missing_program_is_an_error_that_names_it(void **state)
{
    struct error err = ERROR_INIT;
    struct proc proc = {
        .argv = (const char *const[]){ "no-such-program", NULL },
    };
    cleanup_proc_result struct proc_result result;

    assert_int_equal(proc_run(&proc, &result, &err), -1);
    expect_error(&err, ERR_FAILED,
                 "no-such-program: No such file or directory");
    assert_string_equal(result.out.text, "");
}

static void the_deadline_ends_its_whole_group(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result;
    struct proc proc = {
        .argv = SHELL("sleep 60 & echo $!; trap '' TERM; wait; sleep 60"),
        .timeout_ms = 300,
    };
    int64_t began = clock_now_ms();

    assert_int_equal(proc_run(&proc, &result, &err), -1);
    expect_error(&err, ERR_TIMEOUT, "sh: no end after 0.3 s");
    assert_true(clock_now_ms() - began < 20000);
    pid_t orphan = (pid_t)strtol(result.out.text, NULL, 10);
    assert_true(orphan > 1);
    int64_t patience = clock_deadline(20000);
    cleanup_free char *path = mem_printf("/proc/%d/exe", (int)orphan);
    char target[8];
    /* A dead one that nobody collected yet has no exe any more. */
    while (readlink(path, target, sizeof(target)) >= 0)
        assert_false(clock_is_past(patience));
}

static void a_flood_is_kept_to_its_end_and_the_deadline_holds(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result endless, long_one;
    struct proc proc = {
        .argv = (const char *const[]){ "yes", NULL },
        .timeout_ms = 300,
    };

    assert_int_equal(proc_run(&proc, &endless, &err), -1);
    expect_error(&err, ERR_TIMEOUT, "yes: no end after 0.3 s");
    assert_int_equal(endless.out.length, PROC_KEEP);
    assert_true(endless.out.dropped > 0);

    proc = (struct proc){ .argv = SHELL("seq 100000"), .keep = 12 };
    assert_int_equal(proc_run_ok(&proc, &long_one, &err), 0);
    assert_string_equal(long_one.out.text, "9999\n100000\n");
    assert_int_equal(long_one.out.dropped, 588895 - 12);
}

static void a_daemon_left_behind_does_not_delay_us(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result;
    struct proc proc = {
        .argv = SHELL("sleep 8 & echo ready"),
        .timeout_ms = 60000,
    };
    int64_t began = clock_now_ms();

    assert_int_equal(proc_run_ok(&proc, &result, &err), 0);
    assert_string_equal(result.out.text, "ready\n");
    assert_true(clock_now_ms() - began < 7000);
}

static void signals_are_its_own_and_descriptors_do_not_leak(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result;
    struct proc proc = { .argv = SHELL("ls /proc/self/fd | wc -l;"
                                       "kill -PIPE $$; echo alive") };
    int leaky = open("/dev/null", O_RDONLY); /* not close-on-exec */

    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(proc_run(&proc, &result, &err), 0);
    close(leaky);
    assert_int_equal(result.signal, SIGPIPE);
    assert_string_equal(result.out.text, "4\n"); /* 0 to 2 and ls's own */
}

static void an_interruption_stops_it_if_wanted(void **state)
{
    struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result;
    struct proc proc = {
        .argv = SHELL("kill -INT $PPID; sleep 60"),
        .timeout_ms = 30000,
        .interruptible = true,
    };

    assert_int_equal(interrupt_install(&err), 0);
    assert_int_equal(proc_run(&proc, &result, &err), -1);
    expect_error(&err, ERR_FAILED, "sh: interrupted");
    assert_int_equal(interrupt_signal(), SIGINT);
    interrupt_clear();
    assert_int_equal(interrupt_signal(), 0);
}

static void deadlines_are_points_in_time(void **state)
{
    int64_t now = clock_now_ms();

    assert_int_equal(clock_left_ms(clock_deadline(-1)), -1);
    assert_false(clock_is_past(CLOCK_NEVER));
    assert_true(clock_deadline(INT64_MAX) == CLOCK_NEVER);
    assert_true(clock_is_past(clock_deadline(0)));
    assert_int_equal(clock_left_ms(now - 5), 0);
    assert_int_equal(clock_left_ms(now + ((int64_t)1 << 40)), INT32_MAX);
    clock_sleep_ms(20);
    assert_true(clock_now_ms() >= now + 20);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_it_says_is_kept_apart),
    cmocka_unit_test(words_are_no_shell_text),
    cmocka_unit_test(its_input_is_empty_or_the_one_given),
    cmocka_unit_test(variables_are_added_and_replaced),
    cmocka_unit_test(an_environment_can_be_all_there_is),
    cmocka_unit_test(it_can_run_as_somebody_else),
    cmocka_unit_test(its_status_is_told_and_judged),
    cmocka_unit_test(a_signal_is_told),
    cmocka_unit_test(a_missing_program_is_an_error_that_names_it),
    cmocka_unit_test(the_deadline_ends_its_whole_group),
    cmocka_unit_test(a_flood_is_kept_to_its_end_and_the_deadline_holds),
    cmocka_unit_test(a_daemon_left_behind_does_not_delay_us),
    cmocka_unit_test(signals_are_its_own_and_descriptors_do_not_leak),
    cmocka_unit_test(an_interruption_stops_it_if_wanted),
    cmocka_unit_test(deadlines_are_points_in_time),
};

UNIT_MAIN(tests)
