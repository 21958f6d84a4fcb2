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

/* "gate": waits at its gate, and says what came of it. */
static int wait_at_gate(void)
{
    struct job_gate gate, again;

    if (interrupt_install(NULL) < 0 || !job_gate_take(&gate) ||
        job_gate_take(&again))
        return 99;
    return job_gate_wait(&gate, NULL) < 0 ? 3 : 0;
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

static void start_at_gate(struct jobs *jobs, size_t count)
{
    const char *const words[] = { "gate", NULL };
    struct job_end end;

    jobs->gates = true;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(jobs_start(jobs, words, i, NULL), 0);
    VEC_EACH (&jobs->running, job)
        while (!job->waits)
            assert_int_equal(jobs_wait(jobs, CLOCK_NEVER, &end, NULL), 0);
}

/* Only who is let go ends. */
static void test_gate(void **state)
{
    static const size_t order[] = { 1, 2, 0 };
    struct jobs jobs = { 0 };
    cleanup_job_end struct job_end end;

    start_at_gate(&jobs, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(jobs_wait(&jobs, clock_deadline(50), &end, NULL), 0);
        VEC_EACH (&jobs.running, job)
            if (job->label == order[i])
                jobs_let_go(job);
        assert_int_equal(jobs_wait(&jobs, CLOCK_NEVER, &end, NULL), 1);
        assert_int_equal(end.label, order[i]);
        assert_int_equal(end.status, 0);
    }
}

static size_t ended_at_gate;

static void take_interrupted(const struct job_end *end)
{
    assert_int_equal(end->status, 3);
    ended_at_gate++;
}

/* Who is asked to end there does not go on, nor who is left alone. */
static void test_stop_at_gate(void **state)
{
    struct jobs jobs = { 0 };
    cleanup_job_end struct job_end end;

    start_at_gate(&jobs, 3);
    close(jobs.running.items[0].gate);
    jobs.running.items[0].gate = -1;
    assert_int_equal(jobs_wait(&jobs, CLOCK_NEVER, &end, NULL), 1);
    assert_int_equal(end.status, 3);
    jobs_stop(&jobs, take_interrupted);
    assert_int_equal(ended_at_gate, 2);
}

/* One without a gate of its own takes none that this process has inherited, nor
 * any other descriptor. */
static void test_no_gate(void **state)
{
    const char *const words[] = { "gate", NULL };
    struct jobs jobs = { 0 };
    cleanup_job_end struct job_end end;

    setenv("XENITH_GATE", "0", 1);
    assert_int_equal(jobs_start(&jobs, words, 0, NULL), 0);
    unsetenv("XENITH_GATE");
    assert_int_equal(jobs_wait(&jobs, CLOCK_NEVER, &end, NULL), 1);
    assert_int_equal(end.status, 99);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_apart),        cmocka_unit_test(test_shared),
    cmocka_unit_test(test_stop),         cmocka_unit_test(test_gate),
    cmocka_unit_test(test_stop_at_gate), cmocka_unit_test(test_no_gate),
};

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "say") == 0)
        return say(argv + 2);
    if (argc == 2 && strcmp(argv[1], "wait") == 0)
        return wait_for_signal();
    if (argc == 2 && strcmp(argv[1], "gate") == 0)
        return wait_at_gate();
    assert_int_equal(interrupt_install(NULL), 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
