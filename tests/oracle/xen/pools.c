/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPU pools and their schedulers. */
#include "host.h"

#include <errno.h>
#include <stdlib.h>

xc_cpupoolinfo_t *xc_cpupool_getinfo(xc_interface *xch, uint32_t poolid)
{
    int count = one_pool() ? 1 : POOLS;

    for (int i = 0; i < count; i++) {
        if (made_pools[i].id < poolid)
            continue;
        xc_cpupoolinfo_t *info = calloc(1, sizeof(*info));
        info->cpupool_id = made_pools[i].id;
        info->sched_id = made_pools[i].scheduler;
        info->n_dom = one_pool() ? DOMAINS : made_pools[i].domains;
        info->cpumap = calloc(1, 8);
        info->cpumap[0] = one_pool() ? 0xf : made_pools[i].cpus;
        return info;
    }
    errno = ENOENT;
    return NULL;
}

void xc_cpupool_infofree(xc_interface *xch, xc_cpupoolinfo_t *info)
{
    free(info->cpumap);
    free(info);
}

xc_cpumap_t xc_cpupool_freeinfo(xc_interface *xch)
{
    xc_cpumap_t map = calloc(1, 8);

    map[0] = one_pool() ? 0 : 0x8;
    return map;
}

int xc_cpupool_create(xc_interface *xch, uint32_t *ppoolid, uint32_t sched_id)
{
    record("cpupool_create %u\n", sched_id);
    *ppoolid = POOLS;
    return 0;
}

int xc_cpupool_destroy(xc_interface *xch, uint32_t poolid)
{
    record("cpupool_destroy %u\n", poolid);
    return 0;
}

/* CPU 3 alone is free, and pool 0 cannot give its only one. */
int xc_cpupool_addcpu(xc_interface *xch, uint32_t poolid, int cpu)
{
    record("cpupool_addcpu %u %d\n", poolid, cpu);
    return one_pool() || cpu == CPUS - 1 ? 0 : fail(EBUSY);
}

int xc_cpupool_removecpu(xc_interface *xch, uint32_t poolid, int cpu)
{
    record("cpupool_removecpu %u %d\n", poolid, cpu);
    return one_pool() ? 0 : fail(EBUSY);
}

int xc_cpupool_movedomain(xc_interface *xch, uint32_t poolid, uint32_t domid)
{
    record("cpupool_movedomain %u %u\n", poolid, domid);
    return 0;
}

int xc_sched_id(xc_interface *xch, int *sched_id)
{
    *sched_id = XEN_SCHEDULER_CREDIT2;
    return 0;
}

static bool has_scheduler(uint32_t poolid, uint32_t scheduler)
{
    return poolid < POOLS && made_pools[poolid].scheduler == scheduler;
}

int xc_sched_credit_domain_get(xc_interface *xch, uint32_t domid,
                               struct xen_domctl_sched_credit *sdom)
{
    *sdom = (struct xen_domctl_sched_credit){ .weight = 300, .cap = 40 };
    return 0;
}

int xc_sched_credit_domain_set(xc_interface *xch, uint32_t domid,
                               struct xen_domctl_sched_credit *sdom)
{
    record("credit_domain %u %u %u\n", domid, sdom->weight, sdom->cap);
    return 0;
}

int xc_sched_credit_params_get(xc_interface *xch, uint32_t cpupool_id,
                               struct xen_sysctl_credit_schedule *schedule)
{
    if (!has_scheduler(cpupool_id, XEN_SCHEDULER_CREDIT))
        return fail(EINVAL);
    *schedule = (struct xen_sysctl_credit_schedule){ .tslice_ms = 30,
                                                     .ratelimit_us = 1000,
                                                     .vcpu_migr_delay_us = 7 };
    return 0;
}

int xc_sched_credit_params_set(xc_interface *xch, uint32_t cpupool_id,
                               struct xen_sysctl_credit_schedule *schedule)
{
    record("credit_params %u %u %u %u\n", cpupool_id, schedule->tslice_ms,
           schedule->ratelimit_us, schedule->vcpu_migr_delay_us);
    return 0;
}

int xc_sched_credit2_domain_get(xc_interface *xch, uint32_t domid,
                                struct xen_domctl_sched_credit2 *sdom)
{
    *sdom = (struct xen_domctl_sched_credit2){ .weight = 256 };
    return 0;
}

int xc_sched_credit2_domain_set(xc_interface *xch, uint32_t domid,
                                struct xen_domctl_sched_credit2 *sdom)
{
    record("credit2_domain %u %u %u\n", domid, sdom->weight, sdom->cap);
    return 0;
}

int xc_sched_credit2_params_get(xc_interface *xch, uint32_t cpupool_id,
                                struct xen_sysctl_credit2_schedule *schedule)
{
    if (!has_scheduler(cpupool_id, XEN_SCHEDULER_CREDIT2))
        return fail(EINVAL);
    schedule->ratelimit_us = 1000;
    return 0;
}

int xc_sched_credit2_params_set(xc_interface *xch, uint32_t cpupool_id,
                                struct xen_sysctl_credit2_schedule *schedule)
{
    record("credit2_params %u %u\n", cpupool_id, schedule->ratelimit_us);
    return 0;
}

int xc_sched_rtds_domain_get(xc_interface *xch, uint32_t domid,
                             struct xen_domctl_sched_rtds *sdom)
{
    *sdom = (struct xen_domctl_sched_rtds){ .period = 10000, .budget = 4000 };
    return 0;
}

int xc_sched_rtds_vcpu_get(xc_interface *xch, uint32_t domid,
                           struct xen_domctl_schedparam_vcpu *vcpus,
                           uint32_t num_vcpus)
{
    for (uint32_t i = 0; i < num_vcpus; i++) {
        vcpus[i].u.rtds.period = 10000 + vcpus[i].vcpuid;
        vcpus[i].u.rtds.budget = 4000 + vcpus[i].vcpuid;
        vcpus[i].u.rtds.flags =
            vcpus[i].vcpuid == 0 ? XEN_DOMCTL_SCHEDRT_extra : 0;
    }
    return 0;
}

int xc_sched_rtds_vcpu_set(xc_interface *xch, uint32_t domid,
                           struct xen_domctl_schedparam_vcpu *vcpus,
                           uint32_t num_vcpus)
{
    for (uint32_t i = 0; i < num_vcpus; i++)
        record("rtds_vcpu %u %u %u %u %u\n", domid, vcpus[i].vcpuid,
               vcpus[i].u.rtds.period, vcpus[i].u.rtds.budget,
               vcpus[i].u.rtds.flags & XEN_DOMCTL_SCHEDRT_extra);
    return 0;
}
