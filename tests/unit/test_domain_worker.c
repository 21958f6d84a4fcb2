/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A worker's answer, its error, and its death reach the parent. */
#include "unit.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "domain/worker.h"

static int setup(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    return interrupt_install(&err);
}

static int answer(void *argument, int64_t *value, struct error *err)
{
    *value = *(int *)argument * 2;
    return 0;
}

static void a_worker_hands_its_value_over(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct worker_result result;
    int number = 21;

    assert_int_equal(worker_run(answer, &number, &result, &err), 0);
    expect_no_error(&err);
    assert_int_equal(result.value, 42);
    assert_false(result.died);
}

static int refuse(void *argument, int64_t *value, struct error *err)
{
    error_set(err, ERR_SPACE, "short by %d MiB", 5);
    error_hint(err, "less \"memory\"");
    error_detail(err, "line 1\nline 2\n");
    return -1;
}

static void an_error_crosses_whole(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct worker_result result;

    assert_int_equal(worker_run(refuse, NULL, &result, &err), -1);
    assert_false(result.died);
    assert_string_equal(err.hint, "less \"memory\"");
    assert_string_equal(err.detail, "line 1\nline 2\n");
    expect_error(&err, ERR_SPACE, "short by 5 MiB");
}

static int die(void *argument, int64_t *value, struct error *err)
{
    kill(getpid(), SIGKILL);
    return 0;
}

static void a_killed_worker_is_noticed(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct worker_result result;

    assert_int_equal(worker_run(die, NULL, &result, &err), -1);
    assert_true(result.died);
    expect_error(&err, ERR_FAILED, "the worker was killed: Killed");
}

/* Leaves a process behind that lives for argument milliseconds. */
static int leave_child(void *argument, int64_t *value, struct error *err)
{
    if (fork() == 0) {
        clock_sleep_ms(*(int *)argument);
        _exit(0);
    }
    return die(argument, value, err);
}

static void a_dead_workers_children_are_waited_for(void **state)
{
    struct worker_result result;
    int lifetime = 100;

    assert_int_equal(worker_run(leave_child, &lifetime, &result, NULL), -1);
    assert_true(worker_wait_orphans(5000));
}

static void a_dead_workers_children_are_killed(void **state)
{
    struct worker_result result;
    int lifetime = 60000;

    assert_int_equal(worker_run(leave_child, &lifetime, &result, NULL), -1);
    assert_false(worker_wait_orphans(50));
    worker_kill_orphans();
    assert_true(worker_wait_orphans(0));
}

static int wait_for_signal(void *argument, int64_t *value, struct error *err)
{
    for (int i = 0; i < 500 && interrupt_signal() == 0; i++)
        clock_sleep_ms(10);
    return error_set(err, ERR_FAILED, "stopped by %s",
                     interrupt_signal() == SIGTERM ? "SIGTERM" : "nothing");
}

static void an_interrupt_is_passed_on(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct worker_result result;
    pid_t self = getpid(), sender = fork();

    if (sender == 0) {
        clock_sleep_ms(100);
        kill(self, SIGINT);
        _exit(0);
    }
    assert_int_equal(worker_run(wait_for_signal, NULL, &result, &err), -1);
    waitpid(sender, NULL, 0);
    expect_error(&err, ERR_FAILED, "stopped by SIGTERM");
    interrupt_clear();
}

static int tell_when_stopped(void *argument, int64_t *value, struct error *err)
{
    int fd = *(int *)argument;
    char word = 'r';

    (void)!write(fd, &word, 1);
    for (int i = 0; i < 500 && interrupt_signal() == 0; i++)
        clock_sleep_ms(10);
    word = interrupt_signal() == SIGTERM ? 's' : 'n';
    (void)!write(fd, &word, 1);
    return -1;
}

static void a_worker_learns_that_its_parent_died(void **state)
{
    int words[2];
    char word;

    assert_int_equal(pipe(words), 0);
    pid_t parent = fork();
    if (parent == 0) {
        struct worker_result result;
        close(words[0]);
        worker_run(tell_when_stopped, &words[1], &result, NULL);
        _exit(0);
    }
    close(words[1]);
    assert_int_equal(read(words[0], &word, 1), 1);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    assert_int_equal(read(words[0], &word, 1), 1);
    assert_int_equal(word, 's');
    close(words[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_hands_its_value_over),
        cmocka_unit_test(an_error_crosses_whole),
        cmocka_unit_test(a_killed_worker_is_noticed),
        cmocka_unit_test(a_dead_workers_children_are_waited_for),
        cmocka_unit_test(a_dead_workers_children_are_killed),
        cmocka_unit_test(an_interrupt_is_passed_on),
        cmocka_unit_test(a_worker_learns_that_its_parent_died),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
