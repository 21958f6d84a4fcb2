/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/top_sample.h"

#include "base/clock.h"
#include "base/mem.h"
#include "host/facts.h"

static void take_vcpus(struct host *host, uint32_t domid,
                       struct top_sample *sample)
{
    int count = 0, host_cpus = 0;
    libxl_vcpuinfo *vcpus =
        libxl_list_vcpu(host->ctx, domid, &count, &host_cpus);

    if (vcpus == NULL) /* the domain is gone */
        return;
    for (int i = 0; i < count; i++) {
        struct top_vcpu vcpu = {
            .domid = domid,
            .number = vcpus[i].vcpuid,
            .cpu_ns = vcpus[i].vcpu_time,
        };
        if (vcpus[i].online)
            VEC_PUSH(&sample->vcpus, vcpu);
    }
    libxl_vcpuinfo_list_free(vcpus, count);
}

static int take_host(struct host *host, struct top_sample *sample,
                     struct error *err)
{
    cleanup_host_facts struct host_facts facts = { 0 };

    if (host_facts_read(host, &facts, err) < 0)
        return -1;
    sample->host_memory = facts.phys.total_pages * 4096;
    sample->host_free = facts.phys.free_pages * 4096;
    sample->host_cpus = facts.phys.nr_cpus;
    sample->host_mhz = facts.phys.cpu_khz / 1000;
    sample->xen = mem_printf(
        "%d.%d%s", facts.xen->xen_version_major, facts.xen->xen_version_minor,
        facts.xen->xen_version_extra != NULL ? facts.xen->xen_version_extra
                                             : "");
    return 0;
}

int top_sample_take(struct host *host, bool vcpus, struct top_sample *sample,
                    struct error *err)
{
    if (take_host(host, sample, err) < 0 ||
        domain_list_read(&sample->domains, DOMAIN_NAMES, err) < 0 ||
        traffic_read(TRAFFIC_SYS, TRAFFIC_RUN, &sample->traffic, err) < 0)
        return -1;
    sample->time_ms = clock_now_ms();
    if (vcpus)
        VEC_EACH (&sample->domains.items, info)
            take_vcpus(host, info->domid, sample);
    return 0;
}

void top_sample_dispose(struct top_sample *sample)
{
    domain_list_dispose(&sample->domains);
    traffic_dispose(&sample->traffic);
    VEC_DISPOSE(&sample->vcpus);
    free(sample->xen);
    *sample = (struct top_sample){ 0 };
}
