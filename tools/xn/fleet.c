/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/fleet.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/number.h"
#include "domain/life/jobs.h"
#include "show/progress.h"
#include "show/show.h"

/*
 * Guests that boot take the CPUs that Dom0 needs to make further ones: with two
 * CPUs twenty are made in half a minute, and in five minutes where each one
 * starts at once, if libxl does not give up on their back ends before. So each
 * waits for those that are still to be made; not for ever, as the one made last
 * may be very large.
 */
#define START_PATIENCE_MS 60000
/* More of them only keep xenstored, which each of them waits for, from its
 * CPU. */
#define MAKERS_FOR_CPU 2

char **fleet_words(const char *word, ...)
{
    VEC(char *) words = VEC_INIT;
    va_list args;

    va_start(args, word);
    for (; word != NULL; word = va_arg(args, const char *))
        VEC_PUSH(&words, mem_strdup(word));
    va_end(args);
    VEC_PUSH(&words, NULL);
    return words.items;
}

static void free_words(char **words)
{
    for (char **word = words; *word != NULL; word++)
        free(*word);
    free(words);
}

static unsigned int jobs_at_once(const struct fleet *fleet)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned int cpus = online > 0 ? (unsigned int)online : 1;

    if (fleet->jobs == 0)
        return cpus;
    if (fleet->makes_guests && fleet->jobs > MAKERS_FOR_CPU * cpus)
        return MAKERS_FOR_CPU * cpus;
    return fleet->jobs;
}

static size_t count_busy(const struct jobs *jobs)
{
    size_t busy = 0;

    VEC_EACH (&jobs->running, job)
        busy += !job->waits;
    return busy;
}

/* Begins all that may begin; *wake is when to try again. */
static int begin(struct fleet *fleet, struct jobs *jobs, int64_t *wake,
                 struct error *err)
{
    *wake = CLOCK_NEVER;
    while (count_busy(jobs) < jobs_at_once(fleet)) {
        size_t place = order_next(&fleet->order, clock_now_ms(), wake);
        if (place == ORDER_NONE)
            return 0;
        char **words = fleet->words(fleet->arg, place);
        int rc = jobs_start(jobs, (const char *const *)words, place, err);
        free_words(words);
        if (rc < 0)
            return -1;
    }
    return 0;
}

/* Half of what is left for all of them, if that is less. */
static int64_t end_of_patience(const struct fleet *fleet, const struct job *job)
{
    int64_t end = job->since_ms + START_PATIENCE_MS;

    if (fleet->deadline == CLOCK_NEVER)
        return end;
    int64_t half = job->since_ms + (fleet->deadline - job->since_ms) / 2;
    return half < end ? half : end;
}

/* After begin: if nobody is busy, there is none left to be made. *wake becomes
 * earlier where that is needed. */
static void let_go(const struct fleet *fleet, struct jobs *jobs, int64_t *wake)
{
    bool all_made = count_busy(jobs) == 0;

    VEC_EACH (&jobs->running, job) {
        if (!job->waits)
            continue;
        int64_t end = end_of_patience(fleet, job);
        if (all_made || clock_is_past(end))
            jobs_let_go(job);
        else if (end < *wake)
            *wake = end;
    }
}

/* Those that fail count, too. */
static size_t count_made(const struct fleet *fleet, const struct jobs *jobs)
{
    size_t made = fleet->order.items.count - order_left(&fleet->order);

    VEC_EACH (&jobs->running, job)
        made += job->waits || job->went_on;
    return made;
}

static void show_progress(const struct fleet *fleet, const struct jobs *jobs,
                          struct progress **progress)
{
    if (!fleet->makes_guests || fleet->quiet)
        return;
    if (*progress == NULL)
        *progress = progress_begin(PROGRESS_TEXT, "guests");
    progress_update(*progress, "%zu of %zu made", count_made(fleet, jobs),
                    fleet->order.items.count);
}

/* What was kept apart, the words of the one as a whole. */
static void print_output(const struct job_end *end)
{
    if (end->output != NULL)
        show_printf("%s", end->output);
    if (end->errors != NULL)
        fputs(end->errors, stderr);
}

/* An exit status of xn is a kind of error; others tell nothing. */
static void note_failure(struct fleet *fleet, int status, bool first)
{
    enum error_kind kind = ERR_FAILED;

    if (status > ERR_NONE && status <= ERR_SPACE)
        kind = (enum error_kind)status;
    fleet->failure = first || fleet->failure == kind ? kind : ERR_FAILED;
}

static int report_end(struct fleet *fleet, const struct job_end *end,
                      size_t *failed, struct error *err)
{
    size_t place = end->label;
    bool ok = end->status == 0;
    cleanup_free char *name = show_safe(fleet->order.items.items[place].name);

    print_output(end);
    if (fleet->ended != NULL && fleet->ended(fleet->arg, place, ok)) {
        order_again(&fleet->order, place);
        return 0;
    }
    order_end(&fleet->order, place);
    if (!ok)
        note_failure(fleet, end->status, (*failed)++ == 0);
    if (!fleet->apart)
        show_printf("%s %s\n", ok ? fleet->done : "failed:", name);
    return show_finish(err);
}

static int fail_early(const struct fleet *fleet, struct error *err)
{
    if (interrupt_signal() != 0)
        return error_set(err, ERR_FAILED, "interrupted");
    return error_set(err, ERR_TIMEOUT, "time is over, %zu guests not %s",
                     order_left(&fleet->order), fleet->done);
}

static bool is_over(const struct fleet *fleet)
{
    return interrupt_signal() != 0 || clock_is_past(fleet->deadline);
}

static int run_all(struct fleet *fleet, struct jobs *jobs, size_t *failed,
                   struct error *err)
{
    cleanup_progress struct progress *progress = NULL;

    while (order_left(&fleet->order) > 0) {
        cleanup_job_end struct job_end end = { 0 };
        int64_t wake;
        if (is_over(fleet))
            return fail_early(fleet, err);
        if (begin(fleet, jobs, &wake, err) < 0)
            return -1;
        let_go(fleet, jobs, &wake);
        if (wake > fleet->deadline)
            wake = fleet->deadline;
        show_progress(fleet, jobs, &progress);
        int rc = jobs_wait(jobs, wake, &end, err);
        if (rc != 0) { /* something is printed */
            progress_end(progress);
            progress = NULL;
        }
        if (rc > 0)
            rc = report_end(fleet, &end, failed, err);
        if (rc < 0)
            return -1;
    }
    return 0;
}

int fleet_run(struct fleet *fleet, struct error *err)
{
    struct jobs jobs = { .apart = fleet->apart, .gates = fleet->makes_guests };
    size_t failed = 0;

    if (interrupt_install(err) < 0)
        return -1;
    int rc = run_all(fleet, &jobs, &failed, err);
    jobs_stop(&jobs, print_output);
    if (rc == 0 && failed > 0)
        return error_set(err, ERR_FAILED, "%zu of %zu guests failed", failed,
                         fleet->order.items.count);
    return rc;
}

static int read_number(const struct invocation *inv, const char *option,
                       uint32_t *number, struct error *err)
{
    const char *text = invocation_value(inv, option);

    if (text == NULL || (number_parse_u32(text, number) && *number > 0))
        return 0;
    return error_set(err, ERR_USAGE, "--%s: '%s' is no number above 0", option,
                     text);
}

int fleet_read_jobs(const struct invocation *inv, struct fleet *fleet,
                    struct error *err)
{
    return read_number(inv, "jobs", &fleet->jobs, err);
}

int fleet_read_options(const struct invocation *inv, struct fleet *fleet,
                       struct error *err)
{
    uint32_t seconds = 0;

    if (read_number(inv, "timeout", &seconds, err) < 0 ||
        fleet_read_jobs(inv, fleet, err) < 0)
        return -1;
    fleet->deadline =
        clock_deadline(seconds > 0 ? (int64_t)seconds * 1000 : -1);
    return 0;
}
