/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Other runs of this very program, side by side: what `xn host-start` does is
 * many creates at once. They are told (SIGTERM) when their parent dies.
 * Standard output and error are shared with them, or kept apart for the caller
 * to print. Where there are gates, each one says when it has come to the last
 * of its work, and waits until it is let go on.
 */
#ifndef XENITH_DOMAIN_LIFE_JOBS_H
#define XENITH_DOMAIN_LIFE_JOBS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/vec.h"

struct job {
    pid_t pid;
    int fd;           /* a pidfd */
    size_t label;     /* the caller's */
    int gate;         /* our end of the one that it waits at; else -1 */
    bool waits;       /* at it */
    bool went_on;     /* was let go */
    int64_t since_ms; /* when it came there, on clock_now_ms's clock */
    int output[2];    /* what it printed, and its errors; -1 where shared */
};

/* Those that run; zeroed for none. */
struct jobs {
    VEC(struct job) running;
    bool apart; /* each one's output is kept until it ends */
    bool gates; /* each one has one; those of this program heed it or not */
};

/* How one ended; for job_end_dispose. */
struct job_end {
    size_t label;
    int status;   /* exit status, -1 for a signal */
    char *output; /* where kept apart: what it printed; else NULL */
    char *errors; /* and what it wrote to standard error */
};

void job_end_dispose(struct job_end *end);
#define cleanup_job_end __attribute__((cleanup(job_end_dispose)))

/* words: after the program's name; ends with NULL. */
int jobs_start(struct jobs *jobs, const char *const *words, size_t label,
               struct error *err);

/*
 * Waits for one to end. 1: one did, *end (not initialised before) is how; 0:
 * the deadline passed, a signal came (base/interrupt.h), or one came to its
 * gate.
 */
int jobs_wait(struct jobs *jobs, int64_t deadline, struct job_end *end,
              struct error *err);

/* One that waits at its gate. */
void jobs_let_go(struct job *job);

/* Asks all of them to end (they undo what they did) and waits for it. ended is
 * called with each. */
void jobs_stop(struct jobs *jobs, void (*ended)(const struct job_end *end));

/* The run's side of its gate. */
struct job_gate {
    int fd;
};

/*
 * In a run that jobs_start began: its gate, if it has one, the caller's from
 * then on. There is none at a second call, nor for programs that it starts.
 */
bool job_gate_take(struct job_gate *gate);

/*
 * Waits until it is let go on. ERR_FAILED if a signal came, or whoever could
 * let it go is gone.
 */
int job_gate_wait(const struct job_gate *gate, struct error *err);

#endif
