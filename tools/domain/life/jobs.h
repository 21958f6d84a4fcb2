/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Other runs of this very program, side by side: what `xn host-start` does is
 * many creates at once. Standard output and error are shared with them. They
 * are told (SIGTERM) when their parent dies.
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
    int fd;       /* a pidfd */
    size_t label; /* the caller's */
};

/* Those that run; zeroed for none. */
struct jobs {
    VEC(struct job) running;
};

/* words: after the program's name; ends with NULL. */
int jobs_start(struct jobs *jobs, const char *const *words, size_t label,
               struct error *err);

/*
 * Waits for one to end. 1: one did, *label and *ok (exit status 0) are its;
 * 0: the deadline passed or a signal came (base/interrupt.h).
 */
int jobs_wait(struct jobs *jobs, int64_t deadline, size_t *label, bool *ok,
              struct error *err);

/* Asks all of them to end (they undo what they did) and waits for it. */
void jobs_stop(struct jobs *jobs);

#endif
