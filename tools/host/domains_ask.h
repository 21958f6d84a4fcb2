/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Xen's own list of domains. Two files have it: domains_ask.c through
 * libxenctrl, for programs that have that anyhow, and domains_call.c by one
 * hypercall of its own, for a program that asks for nothing else.
 */
#ifndef XENITH_HOST_DOMAINS_ASK_H
#define XENITH_HOST_DOMAINS_ASK_H

#include <stddef.h>
#include <stdint.h>

#include <xenctrl.h>

#include "base/error.h"
#include "base/vec.h"

/* Domains asked for in one hypercall. */
#define DOMAINS_CHUNK 1024u

struct domain_records {
    VEC(xc_domaininfo_t) list;
};

/* Adds at most limit domains from domid first on. ERR_HOST. */
int domains_ask(struct domain_records *records, uint32_t first, size_t limit,
                struct error *err);

#endif
