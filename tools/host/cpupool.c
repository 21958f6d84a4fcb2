/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/cpupool.h"

#include <string.h>

#include <libxl_utils.h>

#include "base/number.h"

int cpupool_list_read(struct host *host, struct cpupool_list *list,
                      struct error *err)
{
    host_log_forget(&host->log);
    list->items = libxl_list_cpupool(host->ctx, &list->count);
    if (list->items == NULL)
        return host_fail(host, err, ERR_HOST, ERROR_FAIL, "CPU pools");
    return 0;
}

void cpupool_list_dispose(struct cpupool_list *list)
{
    if (list->items != NULL)
        libxl_cpupoolinfo_list_free(list->items, list->count);
    *list = (struct cpupool_list){ 0 };
}

static const libxl_cpupoolinfo *find_id(const struct cpupool_list *list,
                                        uint32_t poolid)
{
    for (int i = 0; i < list->count; i++)
        if (list->items[i].poolid == poolid)
            return &list->items[i];
    return NULL;
}

static const libxl_cpupoolinfo *find_name(const struct cpupool_list *list,
                                          const char *name)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->items[i].pool_name, name) == 0)
            return &list->items[i];
    return NULL;
}

const libxl_cpupoolinfo *cpupool_find(const struct cpupool_list *list,
                                      const char *text, struct error *err)
{
    const libxl_cpupoolinfo *found = NULL;
    uint32_t poolid;

    if (text == NULL)
        text = "0";
    if (number_parse_u32(text, &poolid))
        found = find_id(list, poolid);
    if (found == NULL)
        found = find_name(list, text);
    if (found == NULL) {
        error_set(err, ERR_CONFIG, "no CPU pool '%s'", text);
        error_hint(err, "'xn cpupool-list' shows them");
    }
    return found;
}

const libxl_cpupoolinfo *cpupool_of_cpu(const struct cpupool_list *list,
                                        int cpu)
{
    for (int i = 0; i < list->count; i++)
        if (libxl_bitmap_test(&list->items[i].cpumap, cpu))
            return &list->items[i];
    return NULL;
}

static int check_name(const struct cpupool_list *list, const char *name,
                      const libxl_cpupoolinfo *except, struct error *err)
{
    const libxl_cpupoolinfo *other = find_name(list, name);

    if (other == NULL || other == except)
        return 0;
    return error_set(err, ERR_STATE, "a CPU pool '%s' exists already", name);
}

int cpupool_create(struct host *host, const char *name,
                   libxl_scheduler scheduler, const libxl_bitmap *cpus,
                   uint32_t *poolid, struct error *err)
{
    cleanup_cpupool_list struct cpupool_list list = { 0 };
    libxl_uuid uuid;

    if (cpupool_list_read(host, &list, err) < 0 ||
        check_name(&list, name, NULL, err) < 0)
        return -1;
    libxl_uuid_generate(&uuid);
    *poolid = LIBXL_CPUPOOL_POOLID_ANY;
    host_log_forget(&host->log);
    int rc =
        libxl_cpupool_create(host->ctx, name, scheduler, *cpus, &uuid, poolid);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "CPU pool '%s'", name);
    return 0;
}

int cpupool_destroy(struct host *host, const libxl_cpupoolinfo *pool,
                    struct error *err)
{
    if (pool->poolid == 0)
        return error_set(err, ERR_STATE,
                         "CPU pool '%s' is the host's first and stays",
                         pool->pool_name);
    if (pool->n_dom > 0) {
        error_set(err, ERR_STATE, "CPU pool '%s': %u domain%s in it",
                  pool->pool_name, pool->n_dom,
                  pool->n_dom == 1 ? " is" : "s are");
        error_hint(err, "'xn list -c' shows which, 'xn cpupool-migrate' moves "
                        "them");
        return -1;
    }
    host_log_forget(&host->log);
    int rc = libxl_cpupool_destroy(host->ctx, pool->poolid);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "CPU pool '%s'",
                         pool->pool_name);
    return 0;
}

int cpupool_rename(struct host *host, const struct cpupool_list *list,
                   const libxl_cpupoolinfo *pool, const char *name,
                   struct error *err)
{
    if (name[0] == '\0')
        return error_set(err, ERR_USAGE, "a CPU pool needs a name");
    if (check_name(list, name, pool, err) < 0)
        return -1;
    host_log_forget(&host->log);
    int rc = libxl_cpupool_rename(host->ctx, name, pool->poolid);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "CPU pool '%s' to '%s'",
                         pool->pool_name, name);
    return 0;
}

int cpupool_add_cpus(struct host *host, const libxl_cpupoolinfo *pool,
                     const libxl_bitmap *cpus, struct error *err)
{
    int result = 0;
    int cpu;

    libxl_for_each_set_bit(cpu, *cpus)
    {
        host_log_forget(&host->log);
        int rc = libxl_cpupool_cpuadd(host->ctx, pool->poolid, cpu);
        if (rc != 0)
            result = host_fail(host, err, ERR_STATE, rc,
                               "CPU %d into pool '%s'", cpu, pool->pool_name);
    }
    if (result < 0)
        error_hint(err, "a CPU has to be taken out of its pool first: "
                        "xn cpupool-cpu-remove");
    return result;
}

int cpupool_remove_cpus(struct host *host, const libxl_cpupoolinfo *pool,
                        const libxl_bitmap *cpus, struct error *err)
{
    int result = 0;
    int cpu;

    libxl_for_each_set_bit(cpu, *cpus)
    {
        host_log_forget(&host->log);
        int rc = libxl_cpupool_cpuremove(host->ctx, pool->poolid, cpu);
        if (rc != 0)
            result = host_fail(host, err, ERR_STATE, rc,
                               "CPU %d out of pool '%s'", cpu, pool->pool_name);
    }
    if (result < 0)
        error_hint(err, "one that was busy is in no pool now: add it again and "
                        "retry");
    return result;
}

int cpupool_move_domain(struct host *host, const libxl_cpupoolinfo *pool,
                        uint32_t domid, const char *label, struct error *err)
{
    host_log_forget(&host->log);
    int rc = libxl_cpupool_movedomain(host->ctx, pool->poolid, domid);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "'%s' into CPU pool '%s'",
                         label, pool->pool_name);
    return 0;
}
