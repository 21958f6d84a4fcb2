/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/pulse.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

#define BEAT_MS 1000

struct pulse {
    const struct handover_wire *wire;
    pthread_t thread;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t wake;
    bool ending;
};

static void *beat(void *argument)
{
    struct pulse *pulse = argument;
    int64_t next = clock_deadline(BEAT_MS);

    pthread_mutex_lock(&pulse->lock);
    while (!pulse->ending) {
        const struct timespec until = { .tv_sec = next / 1000,
                                        .tv_nsec = next % 1000 * 1000000 };
        pthread_cond_timedwait(&pulse->wake, &pulse->lock, &until);
        if (pulse->ending || !clock_is_past(next))
            continue;
        handover_show_life(pulse->wire);
        next = clock_deadline(BEAT_MS);
    }
    pthread_mutex_unlock(&pulse->lock);
    return NULL;
}

static void release(struct pulse *pulse)
{
    pthread_cond_destroy(&pulse->wake);
    pthread_mutex_destroy(&pulse->lock);
    free(pulse);
}

/* Signals are for the thread that works. */
static int start_thread(struct pulse *pulse)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int cause = pthread_create(&pulse->thread, NULL, beat, pulse);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return cause == 0 ? 0 : -1;
}

struct pulse *pulse_start(const struct handover_wire *wire)
{
    struct pulse *pulse = MEM_NEW(struct pulse);
    pthread_condattr_t monotonic;

    pulse->wire = wire;
    pthread_mutex_init(&pulse->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pulse->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (start_thread(pulse) == 0)
        return pulse;
    release(pulse);
    return NULL;
}

void pulse_stop(struct pulse *pulse)
{
    if (pulse == NULL)
        return;
    pthread_mutex_lock(&pulse->lock);
    pulse->ending = true;
    pthread_cond_signal(&pulse->wake);
    pthread_mutex_unlock(&pulse->lock);
    pthread_join(pulse->thread, NULL);
    release(pulse);
}
