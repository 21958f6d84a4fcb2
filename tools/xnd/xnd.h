/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xnd, the supervisor: one process per host, one thread of ours, one libuv
 * loop. What its parts share:
 *
 *   instance.h  one xnd at a time; into the background
 *   journal.h   what it says
 *   bridge.h    libxl's descriptors and timers in the loop
 *   guests.h    who is supervised; from a shutdown to a worker
 *   strays.h    guests of xl, which may come to be ours; xl_logs.h: when one
 *               is made
 *   worker.h    processes that act on guests
 *   device_model.h, media.h  what else a guest needs somebody for
 *   console_logs.h, log_cap.h  a cap for what guests print
 *   rules.h     nodes of xenstore that are watched for the administrator;
 *               rule_files.h: when their rules change
 *   control.h   the socket
 *   events.h    what happens to guests, for those who asked; census.h: how
 *               things were
 *
 * Invariants: xnd itself never acts on a domain, a worker does; nothing in the
 * loop waits for a guest; what must survive a kill is in xenstore (host/mark.h)
 * and in RUNDIR/restart (domain/life/restart.h), so a new xnd knows all of it.
 */
#ifndef XENITH_XND_XND_H
#define XENITH_XND_XND_H

#include <stdbool.h>

#include <uv.h>

#include "host/host.h"

struct bridge;
struct console_logs;
struct control;
struct events;
struct guests;
struct rules;
struct strays;

struct xnd {
    uv_loop_t loop;
    struct host host;
    struct bridge *bridge;
    struct guests *guests;
    struct strays *strays;
    struct control *control;
    struct console_logs *console_logs; /* NULL: there are none */
    struct rules *rules;
    struct events *events; /* NULL while nobody wants them */
    uv_signal_t signals[3];
    uv_timer_t idle;
    unsigned int workers; /* running */
    bool transient;       /* ends when nobody needs it */
    bool failed;          /* the exit status is not 0 */
};

/* Something began or ended that a transient xnd stays for. */
void xnd_reconsider(struct xnd *xnd);

/* Ends the loop; work in other processes goes on. */
void xnd_stop(struct xnd *xnd, bool failed);

#endif
