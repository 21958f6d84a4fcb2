/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What there is to know about the host itself: hardware, hypervisor, memory,
 * NUMA, and the hypervisor's console. Read once when asked for, not kept.
 */
#ifndef XENITH_HOST_FACTS_H
#define XENITH_HOST_FACTS_H

#include <sys/utsname.h>

#include "base/strbuf.h"
#include "host/host.h"

struct host_facts {
    struct utsname system;
    libxl_physinfo phys;
    const libxl_version_info *xen; /* the context's */
    libxl_scheduler scheduler;
    int free_cpus; /* in no pool */
};

/* Fills facts (zeroed); dispose also after a failure. */
int host_facts_read(struct host *host, struct host_facts *facts,
                    struct error *err);
void host_facts_dispose(struct host_facts *facts);
#define cleanup_host_facts __attribute__((cleanup(host_facts_dispose)))

/* Which CPU is where, and what memory each node has. */
struct host_topology {
    libxl_cputopology *cpus;
    int cpu_count;
    libxl_pcitopology *devices;
    int device_count;
    libxl_numainfo *nodes;
    int node_count;
};

int host_topology_read(struct host *host, struct host_topology *topology,
                       struct error *err);
void host_topology_dispose(struct host_topology *topology);
#define cleanup_host_topology __attribute__((cleanup(host_topology_dispose)))

/* All of the hypervisor's message ring, which clear empties. */
int host_messages_read(bool clear, struct strbuf *text, struct error *err);

/* Seconds since this machine was started. */
int host_uptime(uint64_t *seconds, struct error *err);

/* The CPU ids of this machine are below this. */
int host_cpu_ids(struct host *host, int *count, struct error *err);

/* How many NUMA nodes it has. */
int host_node_count(struct host *host, int *count, struct error *err);

#endif
