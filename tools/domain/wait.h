/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for domains to end. */
#ifndef XENITH_DOMAIN_WAIT_H
#define XENITH_DOMAIN_WAIT_H

#include <stddef.h>

#include "domain/state.h"

struct wait_request {
    const uint32_t *domids;
    size_t count;
    bool for_death;       /* a shut down domain is not enough */
    int64_t deadline;     /* see base/clock.h; one look at least is taken */
    unsigned int timeout; /* seconds that led to it, for the error */
    /* Called once for each shutdown (with its reason) and each death. */
    void (*shut_down)(void *arg, uint32_t domid, unsigned int reason);
    void (*died)(void *arg, uint32_t domid);
    /* Asked of each that is left, about ten times a second and at the deadline:
     * false, and it is waited for no longer. NULL: yes. */
    bool (*is_worth)(void *arg, uint32_t domid);
    /* Called about ten times a second with what is still waited for. */
    void (*tick)(void *arg, size_t left);
    void *arg;
};

/* ERR_TIMEOUT when time is up; a signal ends it with ERR_FAILED. */
int wait_for_ends(const struct wait_request *request, struct error *err);

#endif
