/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which domains there are, so that what is of none of them can be told. */
#ifndef XENITH_DOMAIN_GC_LIVING_H
#define XENITH_DOMAIN_GC_LIVING_H

#include <stdbool.h>

#include "host/domains.h"

/* Xen numbers domains below this (DOMID_FIRST_RESERVED in public/xen.h). */
#define LIVING_DOMID_END 0x7ff0u

struct living {
    struct domain_list list;
};

/*
 * As Xen knows them at this moment, those that are being made or are dying
 * included: what has their number was written later than their beginning.
 */
int living_read(struct living *living, struct error *err);
void living_dispose(struct living *living);
#define cleanup_living __attribute__((cleanup(living_dispose)))

bool living_has(const struct living *living, uint32_t domid);

/* One of them has this UUID, or says in xenstore that it has. */
bool living_has_uuid(const struct living *living, const uint8_t *uuid);

/* A number of a domain that can end, and nothing else; false: it is none. */
bool living_parse_domid(const char *text, uint32_t *domid);

#endif
