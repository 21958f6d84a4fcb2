/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which host takes which of several guests, by memory. Pure. */
#ifndef XENITH_DOMAIN_TRANSFER_SPREAD_H
#define XENITH_DOMAIN_TRANSFER_SPREAD_H

#include <stddef.h>
#include <stdint.h>

#define SPREAD_NOWHERE SIZE_MAX

/*
 * The guests' needs are in bytes, the largest first; each goes where most is
 * free, and what is free there then is less: places[i] is the host of guest i,
 * or SPREAD_NOWHERE. Of hosts with the same the first one counts.
 */
void spread(const uint64_t *needs, size_t guests, uint64_t *free, size_t hosts,
            size_t *places);

#endif
