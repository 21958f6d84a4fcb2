/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's CPUs divided among CPU pools, which shrinks Dom0. */
#ifndef XENITH_DOMAIN_CPUPOOL_SPLIT_H
#define XENITH_DOMAIN_CPUPOOL_SPLIT_H

#include "host/host.h"

/*
 * A pool for each NUMA node: pool 0 keeps the first CPU's node and is renamed,
 * Dom0 gets as many vCPUs as it has CPUs left. ERR_STATE unless pool 0 is the
 * only pool. What was done is undone after a failure.
 */
int cpupool_split_by_node(struct host *host, struct error *err);

#endif
