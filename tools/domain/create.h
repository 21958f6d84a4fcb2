/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XENITH_DOMAIN_CREATE_H
#define XENITH_DOMAIN_CREATE_H

#include "config/config.h"
#include "domain/life/jobs.h"
#include "domain/transfer/source.h"
#include "domain/transfer/takeover.h"
#include "host/host.h"

struct create_request {
    struct domain_spec *spec;
    const struct xlconf *defaults;
    struct source *source;     /* a saved guest to go on with, or NULL */
    struct takeover *takeover; /* the host that it comes from, or NULL */
    bool paused;               /* leave it paused */
    bool supervise;            /* hand it over to the supervisor */
    bool restart;              /* a guest that was here until now */
    unsigned int short_lives;  /* restarts that led to it, see host/mark.h */
    unsigned int verbosity;
    const struct job_gate *gate; /* to be passed before it starts, or NULL */
};

/*
 * Makes the domain in a worker process, all of it or nothing: on failure, on
 * an interrupt, or when the worker is killed, nothing of it is left. host is
 * the caller's own connection, used for the clean-up only.
 */
int domain_create(struct host *host, const struct create_request *request,
                  uint32_t *domid, struct error *err);

#endif
