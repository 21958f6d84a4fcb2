/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is due for one device, begun and ended; part of the agent. */
#ifndef XENITH_BACKEND_WORK_H
#define XENITH_BACKEND_WORK_H

#include "backend/agent.h"
#include "backend/due.h"
#include "backend/job.h"

struct device {
    struct backend_name name;
    bool dirty;         /* to be looked at */
    bool tried;         /* see struct due_facts */
    bool gone;          /* forgotten: to be taken out of the list */
    bool stuck;         /* xenstored refused to remove its folder */
    bool told;          /* of that no driver takes it */
    int64_t gone_since; /* that its frontend is, on base/clock.h's; 0: is not */
    enum due doing;     /* while there is a job */
    struct job *job;
    char *copy; /* where its nodes are for the job; owned, NULL: in place */
};

struct work {
    const struct agent_place *place;
    char *notes; /* their folder; owned */
    struct backends *backends;
    int done_fd;
};

/*
 * Begins it: with a job, or it is over at once. What fails is told of and
 * costs this device alone; -1: xenstore did not take something, ERR_HOST if
 * it is gone.
 */
int work_begin(const struct work *work, struct device *device, enum due due,
               struct error *err);

/* The device's job is over; -1 as before. */
int work_end(const struct work *work, struct device *device, struct error *err);

#endif
