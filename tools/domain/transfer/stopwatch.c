/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/stopwatch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "domain/transfer/outgoing.h"
#include "host/release.h"

/* How soon it notices that it shall end. */
#define TICK_MS 50

struct stopwatch {
    uint32_t domid;
    struct host host;
    struct release_watch release;
    pthread_t thread;
    atomic_bool ending;
    int64_t stopped; /* written by the thread alone, read after it */
};

static void *watch_guest(void *argument)
{
    struct stopwatch *watch = argument;

    while (!atomic_load(&watch->ending) && watch->stopped < 0) {
        int rc = release_watch_wait(&watch->release, TICK_MS, NULL);
        if (rc < 0)
            break;
        if (rc > 0 && outgoing_is_suspended(&watch->host, watch->domid))
            watch->stopped = clock_now_ms();
    }
    return NULL;
}

static void release(struct stopwatch *watch)
{
    release_watch_close(&watch->release);
    host_close(&watch->host);
    free(watch);
}

struct stopwatch *stopwatch_start(uint32_t domid)
{
    struct stopwatch *watch = MEM_NEW(struct stopwatch);

    watch->domid = domid;
    watch->stopped = -1;
    if (host_open(&watch->host, 0, NULL) == 0 &&
        release_watch_open(&watch->release, NULL) == 0 &&
        thread_start(&watch->thread, watch_guest, watch) == 0)
        return watch;
    log_info("how long the guest stands still is not measured");
    release(watch);
    return NULL;
}

int64_t stopwatch_end(struct stopwatch *watch)
{
    if (watch == NULL)
        return -1;
    atomic_store(&watch->ending, true);
    pthread_join(watch->thread, NULL);
    int64_t stopped = watch->stopped;
    release(watch);
    return stopped;
}
