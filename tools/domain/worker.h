/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A piece of work in a process of its own, so that whatever kills it leaves
 * somebody behind who can clean up: if the worker dies, its parent knows; if
 * the parent dies, the worker is told (SIGTERM) and undoes what it did.
 * The worker has a session of its own: a Ctrl-C on the terminal reaches the
 * parent, which passes it on once, and never the hooks that libxl runs.
 */
#ifndef XENITH_DOMAIN_WORKER_H
#define XENITH_DOMAIN_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Runs in the worker; *value goes to the parent on success. */
typedef int worker_fn(void *argument, int64_t *value, struct error *err);

struct worker_result {
    int64_t value; /* what the work yielded */
    bool died;     /* it ended without an answer, e.g. was killed */
};

/*
 * Forks, runs the work, and waits for its end, passing an interrupt on
 * (base/interrupt.h must be installed). The error of the work becomes err.
 * When the worker died, the processes that it left (hooks, a device model)
 * have become children of the caller: see worker_wait_orphans and
 * worker_kill_orphans. On success they are left to init.
 */
int worker_run(worker_fn *work, void *argument, struct worker_result *result,
               struct error *err);

/*
 * Waits until processes left by a dead worker have ended by themselves, at
 * most so many milliseconds; true if none is left.
 */
bool worker_wait_orphans(int64_t milliseconds);

/* Kills and reaps those that are still there. */
void worker_kill_orphans(void);

#endif
