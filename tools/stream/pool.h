/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Jobs that several threads work on while their order is kept: work is done in
 * any order, in any of the threads; finish is called in the order in which the
 * jobs were submitted, by one thread. There is a fixed number of job slots, so
 * whoever submits waits for the slowest part, and memory stays bounded. Work
 * that failed is a failure when its turn to be finished comes: all that was
 * submitted before it is finished.
 */
#ifndef XENITH_STREAM_POOL_H
#define XENITH_STREAM_POOL_H

#include <stddef.h>

#include "base/error.h"

struct pool;

struct pool_calls {
    /* thread is 0 to threads - 1, for what each thread keeps of its own */
    int (*work)(void *data, size_t slot, unsigned int thread,
                struct error *err);
    int (*finish)(void *data, size_t slot, struct error *err);
    void *data;
};

/* How much waits for what, in slots. */
struct pool_load {
    size_t working; /* submitted, work not done */
    size_t done;    /* work done, not finished */
    size_t slots;
};

/* Without threads both calls are made by pool_submit itself. */
struct pool *pool_new(unsigned int threads, size_t slots,
                      const struct pool_calls *calls, struct error *err);

/* Waits until no job is in work, ends the threads. */
void pool_free(struct pool *pool);

/*
 * Yields the slot of the next job, free for the caller to fill until it is
 * submitted. After a job failed, this and the others fail with its error.
 */
int pool_claim(struct pool *pool, size_t *slot, struct error *err);
int pool_submit(struct pool *pool, struct error *err);

/* Waits until all that was submitted is finished. */
int pool_drain(struct pool *pool, struct error *err);

struct pool_load pool_load(struct pool *pool);

#endif
