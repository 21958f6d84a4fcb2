/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `xn top` measures, at one time. */
#ifndef XENITH_XN_TOP_SAMPLE_H
#define XENITH_XN_TOP_SAMPLE_H

#include "host/domains.h"
#include "host/traffic.h"

struct top_vcpu {
    uint32_t domid;
    uint32_t number;
    uint64_t cpu_ns;
};

struct top_sample {
    struct domain_list domains; /* with names */
    struct traffic traffic;
    VEC(struct top_vcpu) vcpus; /* those online, if they were asked for */
    uint64_t host_memory;       /* bytes */
    uint64_t host_free;         /* bytes */
    uint32_t host_cpus;
    uint32_t host_mhz;
    char *xen;       /* its version; owned */
    int64_t time_ms; /* see base/clock.h */
};

/* sample is zeroed. vcpus: those too, which is a question for each of them. */
int top_sample_take(struct host *host, bool vcpus, struct top_sample *sample,
                    struct error *err);
/* It is zeroed then. */
void top_sample_dispose(struct top_sample *sample);

#endif
