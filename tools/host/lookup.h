/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what a user types to a domain, and from a domain to its name. */
#ifndef XENITH_HOST_LOOKUP_H
#define XENITH_HOST_LOOKUP_H

#include "host/host.h"

/*
 * Finds the domain by id (all digits), name, UUID, or a unique beginning of a
 * UUID of at least four characters; tried in this order. ERR_NODOMAIN if there
 * is none, ERR_USAGE if a beginning fits several. A dying domain still counts.
 */
int lookup_domain(struct host *host, const char *text, uint32_t *domid,
                  struct error *err);

/*
 * The domain of exactly this name: 1, or 0 if no domain has it. One round
 * trip to xenstore, however many domains there are.
 */
int lookup_exact_name(const char *name, uint32_t *domid, struct error *err);

/* The domain's name, "" if it has none; owned by the caller. */
char *lookup_name(struct host *host, uint32_t domid);

#endif
