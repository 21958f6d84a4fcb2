/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps of making a domain, as a list that can be shown before it is
 * carried out. What `xn create --plan` prints is what `xn create` does.
 */
#ifndef XENITH_DOMAIN_PLAN_H
#define XENITH_DOMAIN_PLAN_H

#include "base/vec.h"
#include "config/config.h"
#include "domain/kernel/kernel_cache.h"
#include "domain/life/jobs.h"
#include "domain/memory_claim.h"
#include "domain/record.h"
#include "domain/transfer/source.h"
#include "domain/transfer/takeover.h"
#include "host/host.h"

/* One create under way: what its steps share. */
struct create {
    struct host *host; /* NULL while a plan is only listed */
    struct domain_spec *spec;
    const struct xlconf *defaults;
    struct source *source;       /* the saved guest that it shall be, or NULL */
    struct takeover *takeover;   /* the host that it comes from, or NULL */
    const struct job_gate *gate; /* to be passed before it starts, or NULL */
    bool paused;                 /* leave it paused */
    bool supervise;              /* hand it over to the supervisor */
    bool restart;                /* a guest that was here until now */
    unsigned int short_lives;    /* restarts that led to it, see host/mark.h */
    struct record record;
    struct memory_claim claim;
    struct kernel_copy kernel; /* what libxl boots instead, if anything */
    uint32_t domid;            /* INVALID_DOMID until it exists */
};

struct plan_step {
    char *text;         /* "check disk 2 (xvdb): /srv/a.img"; owned */
    unsigned int index; /* which disk, which vif */
    int (*run)(struct create *create, unsigned int index, struct error *err);
    void (*undo)(struct create *create, unsigned int index); /* or NULL */
    const char *key; /* of a check: the key of a file that it is about */
};

struct plan {
    VEC(struct plan_step) steps;
};

/*
 * The checks alone, added to an empty (zeroed) plan: they change nothing, and
 * need of create the host, spec and defaults. boots: from its kernel, not from
 * a saved state.
 */
void plan_make_checks(struct plan *plan, const libxl_domain_config *config,
                      bool boots);

/*
 * The steps for this domain; only spec and the flags of create are read, and
 * which hooks there are.
 */
void plan_make(struct plan *plan, const struct create *create);
void plan_dispose(struct plan *plan);

/*
 * Runs the steps in order. When one fails, those done are undone in reverse;
 * the error says which step it was. Undoing never hides the first cause.
 */
int plan_run(const struct plan *plan, struct create *create, struct error *err);

#endif
