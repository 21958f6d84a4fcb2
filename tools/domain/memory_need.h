/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the host has the memory that a new domain takes. */
#ifndef XENITH_DOMAIN_MEMORY_NEED_H
#define XENITH_DOMAIN_MEMORY_NEED_H

#include "config/config.h"
#include "domain/memory_claim.h"
#include "host/host.h"

struct memory_need {
    uint64_t needed_kib;
    uint64_t free_kib;    /* other creates' claims not counted */
    uint64_t claimed_kib; /* which these are; 0 where nothing was claimed */
    bool may_balloon;     /* what is short is asked of Dom0 */
};

/* How much the domain takes and how much there is; changes nothing. */
int memory_need_measure(struct host *host, const struct domain_spec *spec,
                        const struct xlconf *defaults, struct memory_need *need,
                        struct error *err);

/*
 * Compares what the domain takes with what is free, and changes nothing.
 * Where Dom0 may give of its own, how much that is is not known before.
 */
int memory_need_check(struct host *host, const struct domain_spec *spec,
                      const struct xlconf *defaults, struct error *err);

/*
 * Compares what the domain takes with what is free and not claimed by others,
 * and claims it. Dom0 gives of its own only where xl.conf's autoballoon says
 * so. ERR_SPACE says needed, free and short. The claim is for
 * memory_claim_release.
 */
int memory_need_find(struct host *host, const struct domain_spec *spec,
                     const struct xlconf *defaults, struct memory_claim *claim,
                     struct error *err);

#endif
