/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making a domain and staying with it, for the commands create and restore. */
#ifndef XENITH_XN_MAKING_H
#define XENITH_XN_MAKING_H

#include "domain/create.h"
#include "xn/command.h"

/* Reads what both commands have: -c, -p, -e, --foreground; and takes the gate
 * of a run among others. */
void making_read_options(const struct invocation *inv,
                         struct create_request *request);

/*
 * Makes the domain and says so ("created web as domain 7"), then starts a
 * viewer, attaches the console and stays, as -q, -V, -A, -c and --foreground
 * want it.
 */
int making_run(struct invocation *inv, const struct create_request *request,
               const char *doing, const char *done, struct error *err);

/* What of it comes after the making itself, which was shown otherwise. */
int making_follow(struct invocation *inv, const struct create_request *request,
                  uint32_t domid, const char *done, struct error *err);

#endif
