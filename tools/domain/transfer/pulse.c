/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/pulse.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

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
        thread_wait(&pulse->wake, &pulse->lock, next);
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

struct pulse *pulse_start(const struct handover_wire *wire)
{
    struct pulse *pulse = MEM_NEW(struct pulse);

    pulse->wire = wire;
    pthread_mutex_init(&pulse->lock, NULL);
    thread_cond_init(&pulse->wake);
    if (thread_start(&pulse->thread, beat, pulse) == 0)
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
