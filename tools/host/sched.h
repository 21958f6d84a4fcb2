/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parameters of the schedulers: of a domain, and of its virtual CPUs. */
#ifndef XENITH_HOST_SCHED_H
#define XENITH_HOST_SCHED_H

#include "host/host.h"

/* A domain, and the scheduler that it is to be under. */
struct sched_domain {
    struct host *host;
    uint32_t domid;
    const char *label; /* as the user knows it */
    libxl_scheduler scheduler;
};

/*
 * Whether it is under that scheduler. libxl does not ask: it would take the
 * parameters for those of another one.
 */
int sched_check_domain(const struct sched_domain *domain, struct error *err);

/*
 * All four: ERR_STATE if the domain is in a CPU pool with another scheduler;
 * the parameters are libxl's, initialised by the caller.
 */
int sched_get_domain(const struct sched_domain *domain,
                     libxl_domain_sched_params *params, struct error *err);
/* Those that are left at libxl's defaults stay as they are. */
int sched_set_domain(const struct sched_domain *domain,
                     libxl_domain_sched_params *params, struct error *err);
/* Without vCPUs in params: of all. */
int sched_get_vcpus(const struct sched_domain *domain,
                    libxl_vcpu_sched_params *params, struct error *err);
/* With all, those of the first vCPU in params are set for every one. */
int sched_set_vcpus(const struct sched_domain *domain, bool all,
                    libxl_vcpu_sched_params *params, struct error *err);

#endif
