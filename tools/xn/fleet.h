/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The same for many guests: one run of xn for each, in the order in which they
 * wait for each other (domain/life/order.h), side by side where they do not.
 */
#ifndef XENITH_XN_FLEET_H
#define XENITH_XN_FLEET_H

#include "domain/life/order.h"
#include "xn/command.h"

struct fleet {
    struct order order;
    unsigned int jobs; /* at once; 0: as many as there are CPUs */
    bool makes_guests; /* at most two for a CPU at once; and they start when all
                        * are made, see fleet.c */
    bool quiet;        /* no progress */
    int64_t deadline;  /* for all of them */
    const char *done;  /* "started", for what is printed */
    bool apart;        /* what each run says is printed when it has ended, and
                        * says enough: no line with done */
    /* Words of the run for a guest: the caller's, ended by NULL, each owned. */
    char **(*words)(void *arg, size_t place);
    /* After the run for it; may be NULL. true: it is tried in another way. */
    bool (*ended)(void *arg, size_t place, bool ok);
    void *arg;
    /* What fleet_run found: why they failed, if it is the same with all. */
    enum error_kind failure;
};

/*
 * Runs them all; one that fails keeps nobody from being tried. ERR_FAILED
 * tells how many did, ERR_TIMEOUT how many were not done in time.
 */
int fleet_run(struct fleet *fleet, struct error *err);

/* "create", "-q", ... as fleet.words wants them; ends with NULL. */
char **fleet_words(const char *word, ...) __attribute__((sentinel));

/* --jobs, for a command that has it. */
int fleet_read_jobs(const struct invocation *inv, struct fleet *fleet,
                    struct error *err);

/* The options of such commands: --jobs and --timeout. */
int fleet_read_options(const struct invocation *inv, struct fleet *fleet,
                       struct error *err);

#endif
