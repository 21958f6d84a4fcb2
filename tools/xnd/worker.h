/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes that act on guests: `xn policy ...` in a session of their own,
 * with a clean environment. They outlive an xnd that is killed.
 */
#ifndef XENITH_XND_WORKER_H
#define XENITH_XND_WORKER_H

#include "xnd/xnd.h"

/* ok: it ended with exit status 0. */
typedef void worker_ended(struct xnd *xnd, void *arg, bool ok);

struct worker_start {
    const char *const *words; /* after "xn"; ends with NULL */
    int log_fd;               /* its standard output and error; -1: xnd's */
    worker_ended *ended;
    void *arg;
};

/* *pid (may be NULL) is for reports only. */
int worker_spawn(struct xnd *xnd, const struct worker_start *start, int *pid,
                 struct error *err);

#endif
