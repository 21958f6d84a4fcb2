/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pool 0 gives its CPUs up node by node; it always keeps some, as Dom0 runs
 * there.
 */
#include "domain/cpupool_split.h"

#include <libxl_utils.h>

#include "base/clock.h"
#include "base/mem.h"
#include "domain/vcpu.h"
#include "host/cpupool.h"
#include "host/facts.h"

/* Dom0's kernel takes its vCPUs offline one after the other. */
#define OFFLINE_TIME 10000
#define OFFLINE_POLL 100

struct split {
    struct host *host;
    const libxl_cpupoolinfo *first; /* pool 0 as it was */
    struct host_topology topology;
    uint32_t first_node;
    unsigned int dom0_vcpus; /* online before */
};

static int count_dom0_vcpus(unsigned int *count, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_add(&list, 0, 0, err) < 0)
        return -1;
    *count = list.items.items[0].vcpus_online;
    return 0;
}

static int set_dom0_vcpus(struct split *split, unsigned int count,
                          struct error *err)
{
    struct subject dom0 = { .host = split->host, .label = "Domain-0" };

    return vcpu_set_count(&dom0, count, false, err);
}

/* Not more vCPUs than CPUs are left to it; waits until it is so. */
static int shrink_dom0(struct split *split, unsigned int cpus,
                       struct error *err)
{
    int64_t end = clock_deadline(OFFLINE_TIME);
    unsigned int online = split->dom0_vcpus;

    if (online <= cpus)
        return 0;
    if (set_dom0_vcpus(split, cpus, err) < 0)
        return -1;
    while (online > cpus && !clock_is_past(end)) {
        clock_sleep_ms(OFFLINE_POLL);
        if (count_dom0_vcpus(&online, err) < 0)
            return -1;
    }
    if (online > cpus)
        return error_set(err, ERR_TIMEOUT,
                         "domain 0 keeps %u vCPUs, %u are wanted", online,
                         cpus);
    return 0;
}

static bool has_node(const libxl_cputopology *cpu)
{
    return cpu->node != LIBXL_CPUTOPOLOGY_INVALID_ENTRY;
}

/* This CPU is the first one of its node. */
static bool begins_node(const struct split *split, int cpu)
{
    const libxl_cputopology *cpus = split->topology.cpus;

    if (!has_node(&cpus[cpu]))
        return false;
    for (int i = 0; i < cpu; i++)
        if (cpus[i].node == cpus[cpu].node)
            return false;
    return true;
}

static unsigned int count_cpus(const struct split *split, uint32_t node)
{
    unsigned int count = 0;

    for (int i = 0; i < split->topology.cpu_count; i++)
        count += split->topology.cpus[i].node == node;
    return count;
}

static int give_pool(struct split *split, uint32_t node, struct error *err)
{
    libxl_ctx *ctx = split->host->ctx;
    cleanup_free char *name = mem_printf("Pool-node%u", node);
    libxl_bitmap nothing;
    uint32_t poolid;
    int moved;

    libxl_bitmap_init(&nothing);
    host_log_forget(&split->host->log);
    int rc = libxl_cpupool_cpuremove_node(ctx, 0, (int)node, &moved);
    if (rc != 0)
        return host_fail(split->host, err, ERR_FAILED, rc,
                         "node %u out of pool 0", node);
    rc = libxl_cpu_bitmap_alloc(ctx, &nothing, 0);
    if (rc != 0)
        return host_fail(split->host, err, ERR_FAILED, rc, "CPUs");
    rc = cpupool_create(split->host, name, split->first->sched, &nothing,
                        &poolid, err);
    libxl_bitmap_dispose(&nothing);
    if (rc < 0)
        return -1;
    rc = libxl_cpupool_cpuadd_node(ctx, poolid, (int)node, &moved);
    if (rc != 0)
        return host_fail(split->host, err, ERR_FAILED, rc, "node %u into '%s'",
                         node, name);
    return 0;
}

static int give_pools(struct split *split, struct error *err)
{
    const libxl_cputopology *cpus = split->topology.cpus;

    for (int i = 0; i < split->topology.cpu_count; i++)
        if (begins_node(split, i) && cpus[i].node != split->first_node &&
            give_pool(split, cpus[i].node, err) < 0)
            return -1;
    return 0;
}

static int keep_first_node(struct split *split, struct error *err)
{
    cleanup_free char *name = mem_printf("Pool-node%u", split->first_node);
    int added;

    /* first more CPUs, then fewer: it is never without */
    host_log_forget(&split->host->log);
    int rc = libxl_cpupool_cpuadd_node(split->host->ctx, 0,
                                       (int)split->first_node, &added);
    if (rc == 0)
        rc = libxl_cpupool_rename(split->host->ctx, name, 0);
    if (rc != 0)
        return host_fail(split->host, err, ERR_FAILED, rc,
                         "CPU pool '%s' to '%s'", split->first->pool_name,
                         name);
    return 0;
}

/* Pool 0 as it was; what cannot be undone stays, the first cause is told. */
static void undo(struct split *split)
{
    cleanup_cpupool_list struct cpupool_list pools = { 0 };

    if (cpupool_list_read(split->host, &pools, NULL) == 0)
        for (int i = 0; i < pools.count; i++)
            if (pools.items[i].poolid != 0)
                cpupool_destroy(split->host, &pools.items[i], NULL);
    cpupool_add_cpus(split->host, split->first, &split->first->cpumap, NULL);
    libxl_cpupool_rename(split->host->ctx, split->first->pool_name, 0);
    set_dom0_vcpus(split, split->dom0_vcpus, NULL);
}

static int split_up(struct split *split, struct error *err)
{
    if (count_dom0_vcpus(&split->dom0_vcpus, err) < 0)
        return -1;
    if (keep_first_node(split, err) == 0 &&
        shrink_dom0(split, count_cpus(split, split->first_node), err) == 0 &&
        give_pools(split, err) == 0)
        return 0;
    undo(split);
    return -1;
}

int cpupool_split_by_node(struct host *host, struct error *err)
{
    cleanup_cpupool_list struct cpupool_list pools = { 0 };
    struct split split = { .host = host };

    if (cpupool_list_read(host, &pools, err) < 0)
        return -1;
    if (pools.count > 1) {
        error_set(err, ERR_STATE, "there are %d CPU pools already",
                  pools.count);
        error_hint(err, "only a host with one can be split");
        return -1;
    }
    split.first = &pools.items[0];
    int rc = host_topology_read(host, &split.topology, err);
    if (rc == 0) {
        split.first_node = split.topology.cpus[0].node;
        rc = split_up(&split, err);
    }
    host_topology_dispose(&split.topology);
    return rc;
}
