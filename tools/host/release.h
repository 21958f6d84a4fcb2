/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notice of domains that end: shut down by themselves, or destroyed. */
#ifndef XENITH_HOST_RELEASE_H
#define XENITH_HOST_RELEASE_H

#include "base/error.h"

struct xs_handle;

struct release_watch {
    struct xs_handle *xs;
};

/*
 * From now on nothing is missed; the first wait returns at once, as xenstored
 * fires a new watch.
 */
int release_watch_open(struct release_watch *watch, struct error *err);
void release_watch_close(struct release_watch *watch);

/*
 * Waits at most so many milliseconds. 1: some domain ended, look again; 0: the
 * time is over or a signal arrived; -1: xenstored is gone (ERR_HOST).
 */
int release_watch_wait(struct release_watch *watch, int milliseconds,
                       struct error *err);

#endif
