/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The backend agent of a driver domain: has the scripts and QEMUs run that
 * devices of other domains need here. It acts on what it sees (due.h), so one
 * that was away catches up by looking. It needs xenstore and no hypercall.
 * Neighbours: host/backends.h sees, note.h remembers, job.h runs.
 */
#ifndef XENITH_BACKEND_AGENT_H
#define XENITH_BACKEND_AGENT_H

#include <stdbool.h>

#include "base/error.h"

struct agent_place {
    const char *run_folder; /* notes, QEMUs' files, the lock */
    const char *qemu;       /* its program; NULL: there is none */
    /*
     * The program to start for a device's script, the caller's; NULL with err
     * if that is not to be run.
     */
    char *(*choose)(const char *kind, const char *script, struct error *err);
};

struct agent;

/*
 * One agent for a domain: *lock, the caller's, holds the place until it is
 * closed. ERR_STATE if another has it.
 */
int agent_lock(const char *run_folder, int *lock, struct error *err);

/* place must outlive it. *agent is the caller's. */
int agent_open(struct agent **agent, const struct agent_place *place,
               struct error *err);

/*
 * Waits for something to do, at most so many milliseconds (-1: any time), and
 * does it. ERR_HOST if xenstored is gone.
 */
int agent_turn(struct agent *agent, int milliseconds, struct error *err);

/* Whether some script runs, or QEMU starts. */
bool agent_is_busy(const struct agent *agent);

/*
 * Serves until a signal comes (base/interrupt.h). What runs then ends first;
 * devices that are connected stay so.
 */
int agent_serve(struct agent *agent, struct error *err);

/* Waits for what runs. NULL is fine. */
void agent_close(struct agent *agent);

#endif
