/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The domains and their vCPUs. */
#include "host.h"

#include <errno.h>
#include <string.h>

static void fill_domain(int i, xc_domaininfo_t *info)
{
    memset(info, 0, sizeof(*info));
    info->domain = made_domains[i].id;
    info->flags = made_domains[i].flags;
    if (is_down(i))
        info->flags =
            XEN_DOMINF_shutdown | (info->flags & XEN_DOMINF_hvm_guest);
    info->tot_pages = made_domains[i].pages;
    info->max_pages = made_domains[i].pages + 256;
    info->outstanding_pages = made_domains[i].pages / 8;
    info->shr_pages = made_domains[i].pages / 4;
    info->cpu_time = 1234567890123ull * (uint64_t)(i + 1);
    info->nr_online_vcpus = made_domains[i].vcpus;
    info->max_vcpu_id = made_domains[i].vcpus - 1;
    info->cpupool = one_pool() ? 0 : made_domains[i].pool;
    memset(info->handle, i, sizeof(info->handle));
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first_domain,
                          unsigned int max_domains, xc_domaininfo_t *info)
{
    unsigned int count = 0;

    for (int i = 0; i < DOMAINS && count < max_domains; i++)
        if (made_domains[i].id >= first_domain)
            fill_domain(i, &info[count++]);
    return (int)count;
}

int xc_domain_getinfo(xc_interface *xch, uint32_t first_domid,
                      unsigned int max_doms, xc_dominfo_t *info)
{
    unsigned int count = 0;

    for (int i = 0; i < DOMAINS && count < max_doms; i++)
        if (made_domains[i].id >= first_domid) {
            memset(&info[count], 0, sizeof(*info));
            info[count].domid = made_domains[i].id;
            info[count].max_vcpu_id = made_domains[i].vcpus - 1;
            info[count++].cpupool = made_domains[i].pool;
        }
    return (int)count;
}

/* No HVM guest has Xen drivers. */
int xc_hvm_param_get(xc_interface *handle, uint32_t dom, uint32_t param,
                     uint64_t *value)
{
    *value = 0;
    return 0;
}

int xc_domain_node_getaffinity(xc_interface *xch, uint32_t domid,
                               xc_nodemap_t nodemap)
{
    nodemap[0] = domid == 3 ? 2 : 3;
    return 0;
}

int xc_vcpu_getinfo(xc_interface *xch, uint32_t domid, uint32_t vcpu,
                    xc_vcpuinfo_t *info)
{
    memset(info, 0, sizeof(*info));
    info->vcpu = vcpu;
    info->online = domid != 8 || vcpu == 0;
    info->running = domid == 0;
    info->blocked = domid == 3;
    info->cpu_time = 98765432101ull * (vcpu + 1);
    info->cpu = vcpu;
    return 0;
}

int xc_vcpu_getaffinity(xc_interface *xch, uint32_t domid, int vcpu,
                        xc_cpumap_t cpumap_hard, xc_cpumap_t cpumap_soft,
                        uint32_t flags)
{
    if (flags & XEN_VCPUAFFINITY_HARD)
        cpumap_hard[0] = domid == 3 ? (uint8_t)(0xb >> vcpu) : 0xf;
    if (flags & XEN_VCPUAFFINITY_SOFT)
        cpumap_soft[0] = domid == 5 ? 0 : 0xf;
    return 0;
}

int xc_vcpu_setaffinity(xc_interface *xch, uint32_t domid, int vcpu,
                        xc_cpumap_t cpumap_hard_inout,
                        xc_cpumap_t cpumap_soft_inout, uint32_t flags)
{
    if (vcpu > 1)
        return fail(ESRCH); /* no domain has more than two */
    record("setaffinity %u %d %#x %#x %#x\n", domid, vcpu,
           cpumap_hard_inout != NULL ? cpumap_hard_inout[0] : 0u,
           cpumap_soft_inout != NULL ? cpumap_soft_inout[0] : 0u, flags);
    return 0;
}
