/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs that run one after the other, beside the agent: in a thread that
 * does nothing but wait for them (base/proc.h), so that each has its deadline
 * and its process group, and none waits for another device's.
 */
#ifndef XENITH_BACKEND_JOB_H
#define XENITH_BACKEND_JOB_H

#include <pthread.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"

struct job_words {
    VEC(char *) list; /* owned */
};

void job_add_word(struct job_words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct job_program {
    struct job_words argv;
    struct job_words env; /* beside the agent's own environment */
    int64_t timeout_ms;
    bool may_fail; /* what follows runs all the same */
};

struct job {
    VEC(struct job_program) programs;
    struct error err;    /* once done: of the program that ended it */
    struct error passed; /* of one that may fail */
    int done_fd;
    pthread_t thread;
};

/* The next program of a job, to be filled in. */
struct job_program *job_add(struct job *job, int64_t timeout_ms);

/*
 * Starts it; its address is written to done_fd when it is over, then job_join
 * ends it.
 */
int job_start(struct job *job, int done_fd, struct error *err);
void job_join(struct job *job);

void job_free(struct job *job); /* not one that runs; NULL is fine */

#endif
