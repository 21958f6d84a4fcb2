/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting until a guest is in some state, or there is none of that name. */
#ifndef XENITH_DOMAIN_AWAIT_H
#define XENITH_DOMAIN_AWAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "host/domains.h"

enum await_state {
    AWAIT_EXISTS,
    AWAIT_RUNNING, /* neither paused nor down */
    AWAIT_PAUSED,
    AWAIT_DOWN, /* shut down for whatever reason, or gone */
    AWAIT_CRASHED,
    AWAIT_GONE, /* and not about to be made again */
};

/* false: there is no such state. */
bool await_parse(const char *word, enum await_state *state);
/* "exists, running, ...": all of them, the caller's. */
char *await_words(void);

/*
 * Whether a guest is in the state. info: NULL, there is none; restarting: it
 * is between two lives.
 */
bool await_holds(enum await_state state, const struct domain_info *info,
                 bool restarting);

/* Whether an event says that it came to the state, if only for a moment. */
bool await_is_reached_by(enum await_state state, const char *event);

struct await_request {
    const char *guest; /* its name, which outlives a reboot, its UUID or id */
    enum await_state state;
    int64_t deadline; /* see base/clock.h */
};

/*
 * Starts the supervisor where there is none, for its events. ERR_TIMEOUT when
 * the time is over, ERR_FAILED after a signal.
 */
int await_guest(const struct await_request *request, struct error *err);

#endif
