/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Carrying out what policy.h decides about a guest that shut down. Runs in a
 * process that may be killed at any point: a note (restart.h) is on disk while
 * the guest exists nowhere else, and enforce_resume takes it up. Callers: the
 * worker `xn policy` that xnd starts, and foreground.h.
 */
#ifndef XENITH_DOMAIN_LIFE_ENFORCE_H
#define XENITH_DOMAIN_LIFE_ENFORCE_H

#include "host/host.h"

struct enforce_request {
    bool supervise;           /* a new domain is handed to the supervisor */
    unsigned int short_lives; /* restarts that led to this domain */
    int64_t since_ms;         /* when it started, see base/clock.h */
    unsigned int verbosity;
};

enum enforce_end {
    ENFORCE_STILL_THERE, /* it runs, or is suspended: nothing was done */
    ENFORCE_GONE,
    ENFORCE_PRESERVED,
    ENFORCE_RESTARTED,
};

struct enforce_result {
    enum enforce_end end;
    uint32_t domid;           /* of the new one, after ENFORCE_RESTARTED */
    unsigned int short_lives; /* restarts that led to the new one */
};

/* One shutdown of one domain. It waits while another process is at it. */
int enforce_policy(struct host *host, uint32_t domid,
                   const struct enforce_request *request,
                   struct enforce_result *result, struct error *err);

/*
 * Takes a restart up that a killed process left, by the name of its note (the
 * UUID). A note that is gone meanwhile is fine.
 */
int enforce_resume(struct host *host, const char *uuid,
                   const struct enforce_request *request, struct error *err);

#endif
