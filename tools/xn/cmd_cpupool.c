/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What changes a CPU pool: its name, its CPUs, its domains, its end. */
#include <libxl_utils.h>

#include "base/log.h"
#include "config/cpulist.h"
#include "domain/cpupool_split.h"
#include "host/cpupool.h"
#include "xn/command.h"
#include "xn/load.h"

/* The pool that the first word names; list is disposed of by the caller. */
static const libxl_cpupoolinfo *find_pool(const struct invocation *inv,
                                          struct cpupool_list *list,
                                          struct error *err)
{
    if (cpupool_list_read(inv->host, list, err) < 0)
        return NULL;
    return cpupool_find(list, inv->words[0], err);
}

static int run_destroy(struct invocation *inv, struct error *err)
{
    cleanup_cpupool_list struct cpupool_list list = { 0 };
    const libxl_cpupoolinfo *pool = find_pool(inv, &list, err);

    return pool != NULL ? cpupool_destroy(inv->host, pool, err) : -1;
}

static int run_rename(struct invocation *inv, struct error *err)
{
    cleanup_cpupool_list struct cpupool_list list = { 0 };
    const libxl_cpupoolinfo *pool = find_pool(inv, &list, err);

    if (pool == NULL)
        return -1;
    return cpupool_rename(inv->host, &list, pool, inv->words[1], err);
}

static int run_migrate(struct invocation *inv, struct error *err)
{
    cleanup_cpupool_list struct cpupool_list list = { 0 };
    const libxl_cpupoolinfo *pool = find_pool(inv, &list, err);

    if (pool == NULL)
        return -1;
    return cpupool_move_domain(inv->host, pool, inv->domid, inv->domain, err);
}

static int run_split(struct invocation *inv, struct error *err)
{
    return cpupool_split_by_node(inv->host, err);
}

static int read_cpus(const struct invocation *inv, libxl_bitmap *cpus,
                     struct error *err)
{
    struct load_facts facts = { 0 };

    load_facts_read(inv->host, &facts);
    int rc = config_cpu_list(inv->words[1], &facts.known, cpus, err);
    load_facts_dispose(&facts);
    return rc;
}

typedef int change_function(struct host *host, const libxl_cpupoolinfo *pool,
                            const libxl_bitmap *cpus, struct error *err);

static int change_cpus(const struct invocation *inv, change_function *change,
                       struct error *err)
{
    cleanup_cpupool_list struct cpupool_list list = { 0 };
    cleanup_error struct error problem = ERROR_INIT;
    const libxl_cpupoolinfo *pool = find_pool(inv, &list, err);
    libxl_bitmap cpus;

    if (pool == NULL || read_cpus(inv, &cpus, err) < 0)
        return -1;
    /* xl tells of CPUs that did not move, and succeeds */
    bool is_fatal = !inv->settings->as_xl;
    int rc = change(inv->host, pool, &cpus, is_fatal ? err : &problem);
    libxl_bitmap_dispose(&cpus);
    if (rc < 0 && !is_fatal) {
        log_warn("%s", problem.message);
        rc = 0;
    }
    return rc;
}

static int run_cpu_add(struct invocation *inv, struct error *err)
{
    return change_cpus(inv, cpupool_add_cpus, err);
}

static int run_cpu_remove(struct invocation *inv, struct error *err)
{
    return change_cpus(inv, cpupool_remove_cpus, err);
}

const struct command command_cpupool_destroy = {
    .name = "cpupool-destroy",
    .summary = "Removes a CPU pool that no domain is in",
    .words = "POOL",
    .min_words = 1,
    .max_words = 1,
    .completes = WORD_POOL,
    .run = run_destroy,
};

const struct command command_cpupool_rename = {
    .name = "cpupool-rename",
    .summary = "Gives a CPU pool another name",
    .words = "POOL NAME",
    .min_words = 2,
    .max_words = 2,
    .completes = WORD_POOL,
    .run = run_rename,
};

const struct command command_cpupool_cpu_add = {
    .name = "cpupool-cpu-add",
    .summary = "Adds free CPUs to a CPU pool",
    .words = "POOL CPUS|node:NODES",
    .min_words = 2,
    .max_words = 2,
    .completes = WORD_POOL,
    .run = run_cpu_add,
};

const struct command command_cpupool_cpu_remove = {
    .name = "cpupool-cpu-remove",
    .summary = "Takes CPUs out of a CPU pool",
    .words = "POOL CPUS|node:NODES",
    .min_words = 2,
    .max_words = 2,
    .completes = WORD_POOL,
    .run = run_cpu_remove,
};

const struct command command_cpupool_migrate = {
    .name = "cpupool-migrate",
    .summary = "Moves a domain into a CPU pool",
    .words = "DOMAIN POOL",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .completes = WORD_POOL,
    .run = run_migrate,
};

const struct command command_cpupool_numa_split = {
    .name = "cpupool-numa-split",
    .summary = "Makes a CPU pool of each NUMA node",
    .words = "",
    .run = run_split,
};
