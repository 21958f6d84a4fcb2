/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests that came to this host, looked at from outside, after their receiver
 * or their sender was killed or lost the connection.
 */
#ifndef XENITH_DOMAIN_TRANSFER_ARRIVAL_H
#define XENITH_DOMAIN_TRANSFER_ARRIVAL_H

#include <stdbool.h>

#include "host/host.h"

/* xl's, which other tools look for: the end of a name while a guest comes. */
#define ARRIVAL_INCOMING "--incoming"

/* What a sender is told that lost the connection. */
enum arrival_place {
    ARRIVAL_ABSENT,  /* not here, and it never will be */
    ARRIVAL_PENDING, /* not decided */
    ARRIVAL_RUNS,    /* here, also if it has shut down */
    ARRIVAL_PAUSED,
    ARRIVAL_ENDED, /* it was here */
};

/*
 * Clears away what nobody is at any more, finishes this guest if it had been
 * taken, and looks for it.
 */
int arrival_find(struct host *host, const char *uuid, enum arrival_place *place,
                 struct error *err);

/* The place as a word, and back. */
const char *arrival_place_name(enum arrival_place place);
bool arrival_place_parse(const char *name, enum arrival_place *place);

/*
 * A guest that was taken and whose receiver was killed before it was started
 * here: nobody else may start it, so it gets its supervisor and is started, as
 * was asked for. 1: so it was, 0: there is nothing to finish; *domid is only
 * set where it was.
 */
int arrival_finish(struct host *host, const char *uuid, uint32_t *domid,
                   struct error *err);

/* The same for all; *count is how many, with dry_run only counted. */
int arrival_finish_all(struct host *host, bool dry_run, unsigned int *count,
                       struct error *err);

#endif
