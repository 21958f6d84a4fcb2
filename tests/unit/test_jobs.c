/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs of this program side by side, in place of runs of xn. */
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "domain/life/jobs.h"
#include "unit.h"

/* "say OUT ERR STATUS": speaks in pieces, so that others come in between. */
static int say(char **words)
{
    for (const char *out = words[0], *err = words[1];
         *out != '\0' && *err != '\0'; out++, err++) {
        if (write(STDOUT_FILENO, out, 1) != 1 ||
            write(STDERR_FILENO, err, 1) != 1)
            return 99;
        clock_sleep_ms(1);
    }
    return atoi(words[2]);
}

/* "wait": until it is asked to end, and says so. */
static int wait_for_signal(void)
{
    if (interrupt_install(NULL) < 0)
        return 99;
    fputs("ready", stdout);
    fflush(stdout);
    while (interrupt_signal() == 0)
        clock_sleep_ms(5);
    fputs(", undone", stdout);
    return 3;
}

static void start(struct jobs *jobs, size_t label, const char *out,
                  const char *errors, const char *status)
{
    const char *const words[] = { "say", out, errors, status, NULL };
    struct error err = ERROR_INIT;

    jobs_start(jobs, words, label, &err);
    expect_no_error(&err);
}

static void test_apart(void **state)
{
    static const struct {
        const char *output, *errors, *status;
    } rows[] = { { "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "0" },
                 { "cccccccccccccccc", "dddddddddddddddd", "9" },
                 { "eeeeeeeeeeeeeeee", "ffffffffffffffff", "7" } };
    struct jobs jobs = { .apart = true };
    unsigned int seen = 0;

    for (size_t i = 0; i < 3; i++)
        start(&jobs, i, rows[i].output, rows[i].errors, rows[i].status);
    for (size_t i = 0; i < 3; i++) {
        cleanup_job_end struct job_end end;
        assert_int_equal(jobs_wait(&jobs, CLOCK_NEVER, &end, NULL), 1);
        assert_string_equal(end.output, rows[end.label].output);
        assert_string_equal(end.errors, rows[end.label].errors);
        assert_int_equal(end.status, atoi(rows[end.label].status));
        seen |= 1U << end.label;
    }
    assert_int_equal(seen, 7);
    assert_int_equal(jobs.running.count, 0);
}

static void test_shared(void **state)
{
    struct jobs jobs = { 0 };
    cleanup_job_end struct job_end end;

    start(&jobs, 4, "", "", "5");
    assert_int_equal(jobs_wait(&jobs, CLOCK_NEVER, &end, NULL), 1);
    assert_int_equal(end.status, 5);
    assert_null(end.output);
    assert_null(end.errors);
}

static unsigned int stopped;

static void take_stopped(const struct job_end *end)
{
    if (end->status == 3 && strcmp(end->output, "ready, undone") == 0)
        stopped++;
}

static bool is_ready(const struct job *job)
{
    char bytes[8];

    return pread(job->output[0], bytes, sizeof(bytes), 0) == 5;
}

/* They are waited for, and what they say last is not lost. */
static void test_stop(void **state)
{
    const char *const words[] = { "wait", NULL };
    struct jobs jobs = { .apart = true };

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(jobs_start(&jobs, words, i, NULL), 0);
    VEC_EACH (&jobs.running, job)
        while (!is_ready(job))
            clock_sleep_ms(5);
    jobs_stop(&jobs, take_stopped);
    assert_int_equal(stopped, 3);
    assert_int_equal(jobs.running.count, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_apart),
    cmocka_unit_test(test_shared),
    cmocka_unit_test(test_stop),
};

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "say") == 0)
        return say(argv + 2);
    if (argc == 2 && strcmp(argv[1], "wait") == 0)
        return wait_for_signal();
    assert_int_equal(interrupt_install(NULL), 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
