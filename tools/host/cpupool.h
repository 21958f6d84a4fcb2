/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPU pools: parts of the host's CPUs with a scheduler of their own, each
 * domain in one of them. Pool 0 is Xen's first and Dom0's; it stays.
 */
#ifndef XENITH_HOST_CPUPOOL_H
#define XENITH_HOST_CPUPOOL_H

#include "host/host.h"

struct cpupool_list {
    libxl_cpupoolinfo *items;
    int count;
};

int cpupool_list_read(struct host *host, struct cpupool_list *list,
                      struct error *err);
void cpupool_list_dispose(struct cpupool_list *list);
#define cleanup_cpupool_list __attribute__((cleanup(cpupool_list_dispose)))

/*
 * A pool of the list by its id or name (NULL: pool 0). NULL with an
 * ERR_CONFIG if there is none.
 */
const libxl_cpupoolinfo *cpupool_find(const struct cpupool_list *list,
                                      const char *text, struct error *err);

/* The pool that has the CPU, NULL if it is free. */
const libxl_cpupoolinfo *cpupool_of_cpu(const struct cpupool_list *list,
                                        int cpu);

/*
 * Makes a pool of free CPUs; *poolid is its id. ERR_STATE if a pool has that
 * name.
 */
int cpupool_create(struct host *host, const char *name,
                   libxl_scheduler scheduler, const libxl_bitmap *cpus,
                   uint32_t *poolid, struct error *err);

/* ERR_STATE for pool 0 and while domains are in it. Its CPUs become free. */
int cpupool_destroy(struct host *host, const libxl_cpupoolinfo *pool,
                    struct error *err);

/* ERR_STATE if another pool of the list has that name. */
int cpupool_rename(struct host *host, const struct cpupool_list *list,
                   const libxl_cpupoolinfo *pool, const char *name,
                   struct error *err);

/*
 * Puts free CPUs into a pool, or takes CPUs out of it. Those that can be are
 * moved, even if others cannot; err tells of the first that cannot.
 */
int cpupool_add_cpus(struct host *host, const libxl_cpupoolinfo *pool,
                     const libxl_bitmap *cpus, struct error *err);
int cpupool_remove_cpus(struct host *host, const libxl_cpupoolinfo *pool,
                        const libxl_bitmap *cpus, struct error *err);

/* label: the domain as the user knows it. */
int cpupool_move_domain(struct host *host, const libxl_cpupoolinfo *pool,
                        uint32_t domid, const char *label, struct error *err);

#endif
