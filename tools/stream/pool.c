/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Slots are used round and round. Four counters say where everybody is:
 * finished <= taken <= submitted <= finished + slots. A slot's done flag says
 * that its work is over. One lock guards all; what is in a slot belongs to
 * whoever has it.
 */
#include "stream/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

struct worker {
    struct pool *pool;
    pthread_t thread;
    unsigned int number;
};

struct pool {
    struct pool_calls calls;
    size_t slots;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t submitted;
    uint64_t taken;
    uint64_t worked; /* for the load: jobs whose work is done */
    uint64_t finished;
    bool *done;
    struct error *errors; /* of each slot's work, until its turn comes */
    bool ending;
    struct error failure; /* the first one; kept until the end */
    struct worker *workers;
    unsigned int started;
    pthread_t finisher;
    bool finisher_started;
};

static size_t slot_at(const struct pool *pool, uint64_t number)
{
    return (size_t)(number % pool->slots);
}

static bool failed(const struct pool *pool)
{
    return error_is_set(&pool->failure);
}

/* Keeps the first failure. Called with the lock held; empties err. */
static void keep_failure(struct pool *pool, struct error *err)
{
    if (!failed(pool)) {
        pool->failure = *err;
        *err = ERROR_INIT;
    }
    error_dispose(err);
}

static int report_failure(const struct pool *pool, struct error *err)
{
    error_set(err, pool->failure.kind, "%s", pool->failure.message);
    if (pool->failure.hint != NULL)
        error_hint(err, "%s", pool->failure.hint);
    return -1;
}

static void *run_worker(void *arg)
{
    struct worker *worker = arg;
    struct pool *pool = worker->pool;

    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->taken == pool->submitted && !pool->ending)
            pthread_cond_wait(&pool->changed, &pool->lock);
        if (pool->taken == pool->submitted)
            break;
        size_t slot = slot_at(pool, pool->taken++);
        bool skip = failed(pool);
        pthread_mutex_unlock(&pool->lock);
        if (!skip)
            pool->calls.work(pool->calls.data, slot, worker->number,
                             &pool->errors[slot]);
        pthread_mutex_lock(&pool->lock);
        pool->done[slot] = true;
        pool->worked++;
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static bool next_is_done(const struct pool *pool)
{
    return pool->finished < pool->submitted &&
           pool->done[slot_at(pool, pool->finished)];
}

static void *run_finisher(void *arg)
{
    struct pool *pool = arg;

    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!next_is_done(pool) &&
               !(pool->ending && pool->finished == pool->submitted))
            pthread_cond_wait(&pool->changed, &pool->lock);
        if (!next_is_done(pool))
            break;
        size_t slot = slot_at(pool, pool->finished);
        bool skip = failed(pool);
        pthread_mutex_unlock(&pool->lock);
        struct error *err = &pool->errors[slot];
        if (!skip && !error_is_set(err))
            pool->calls.finish(pool->calls.data, slot, err);
        pthread_mutex_lock(&pool->lock);
        if (error_is_set(err))
            keep_failure(pool, err);
        pool->done[slot] = false;
        pool->finished++;
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static int start_threads(struct pool *pool, unsigned int threads)
{
    int errnum = 0;

    if (threads > 0) {
        errnum = pthread_create(&pool->finisher, NULL, run_finisher, pool);
        pool->finisher_started = errnum == 0;
    }
    while (errnum == 0 && pool->started < threads) {
        struct worker *worker = &pool->workers[pool->started];
        *worker = (struct worker){ .pool = pool, .number = pool->started };
        errnum = pthread_create(&worker->thread, NULL, run_worker, worker);
        if (errnum == 0)
            pool->started++;
    }
    return errnum;
}

struct pool *pool_new(unsigned int threads, size_t slots,
                      const struct pool_calls *calls, struct error *err)
{
    struct pool *pool = MEM_NEW(struct pool);
    sigset_t all, before;

    pool->calls = *calls;
    pool->slots = slots;
    pool->done = mem_zalloc(slots, sizeof(*pool->done));
    pool->errors = mem_zalloc(slots, sizeof(*pool->errors));
    pool->workers = mem_zalloc(threads + 1, sizeof(*pool->workers));
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    /* Signals are the caller's. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int errnum = start_threads(pool, threads);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (errnum == 0)
        return pool;
    error_set_errno(err, ERR_FAILED, errnum, "cannot start a thread");
    pool_free(pool);
    return NULL;
}

void pool_free(struct pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned int i = 0; i < pool->started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    if (pool->finisher_started)
        pthread_join(pool->finisher, NULL);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    error_dispose(&pool->failure);
    free(pool->workers);
    free(pool->errors);
    free(pool->done);
    free(pool);
}

int pool_claim(struct pool *pool, size_t *slot, struct error *err)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->submitted == pool->finished + pool->slots && !failed(pool))
        pthread_cond_wait(&pool->changed, &pool->lock);
    int rc = failed(pool) ? report_failure(pool, err) : 0;
    *slot = slot_at(pool, pool->submitted);
    pthread_mutex_unlock(&pool->lock);
    return rc;
}

static int submit_inline(struct pool *pool, struct error *err)
{
    struct error failure = ERROR_INIT;
    size_t slot = slot_at(pool, pool->submitted);

    pool->submitted++;
    if (pool->calls.work(pool->calls.data, slot, 0, &failure) == 0)
        pool->calls.finish(pool->calls.data, slot, &failure);
    pool->finished++;
    if (!error_is_set(&failure))
        return 0;
    keep_failure(pool, &failure);
    return report_failure(pool, err);
}

int pool_submit(struct pool *pool, struct error *err)
{
    if (pool->started == 0)
        return submit_inline(pool, err);
    pthread_mutex_lock(&pool->lock);
    pool->submitted++;
    pthread_cond_broadcast(&pool->changed);
    int rc = failed(pool) ? report_failure(pool, err) : 0;
    pthread_mutex_unlock(&pool->lock);
    return rc;
}

int pool_drain(struct pool *pool, struct error *err)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->finished < pool->submitted)
        pthread_cond_wait(&pool->changed, &pool->lock);
    int rc = failed(pool) ? report_failure(pool, err) : 0;
    pthread_mutex_unlock(&pool->lock);
    return rc;
}

struct pool_load pool_load(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct pool_load load = {
        .working = (size_t)(pool->submitted - pool->worked),
        .done = (size_t)(pool->worked - pool->finished),
        .slots = pool->slots,
    };
    pthread_mutex_unlock(&pool->lock);
    return load;
}
