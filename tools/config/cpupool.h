/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration of a CPU pool, in the language of xlcpupool.cfg(5). */
#ifndef XENITH_CONFIG_CPUPOOL_H
#define XENITH_CONFIG_CPUPOOL_H

#include "config/config.h"

/* Which CPUs were asked for. */
enum cpupool_choice {
    CPUPOOL_NO_CPUS, /* none: the pool begins empty */
    CPUPOOL_CPUS,    /* these */
    CPUPOOL_NODES,   /* those of some NUMA nodes, as far as they are free */
};

struct cpupool_spec {
    char *name;                /* owned; NULL: not set */
    libxl_scheduler scheduler; /* UNKNOWN: not set */
    enum cpupool_choice choice;
    libxl_bitmap cpus; /* of the choice */
};

void cpupool_spec_dispose(struct cpupool_spec *spec);
#define cleanup_cpupool_spec __attribute__((cleanup(cpupool_spec_dispose)))

/*
 * Reads one into spec (zeroed). -1 with err when it cannot be read or diags
 * holds an error.
 */
int config_load_cpupool(const struct config_source *source,
                        const struct config_host_facts *facts,
                        struct cpupool_spec *spec, struct config_diags *diags,
                        struct error *err);

#endif
