/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the commands of the schedulers share: pools and domains in turn, as
 * xl's text or as JSON, and the numbers of their options.
 */
#ifndef XENITH_XN_SCHED_H
#define XENITH_XN_SCHED_H

#include "base/json.h"
#include "host/cpupool.h"
#include "host/sched.h"
#include "xn/command.h"

/* How a scheduler's parameters look; json is NULL for text. */
struct sched_view {
    libxl_scheduler scheduler;
    const char *document; /* xn.NAME/1 */
    const char *headings; /* above the domains */
    /* A pool's line, or keys in the object that is open. */
    void (*show_pool)(struct host *host, const libxl_cpupoolinfo *pool,
                      struct json_writer *json);
    /* A domain's lines, or keys in the object that is open. */
    int (*show_domain)(const struct sched_domain *domain, void *data,
                       struct json_writer *json, struct error *err);
    void *data; /* for show_domain */
};

/*
 * Every pool of this scheduler, or the one named, each with its domains. A
 * domain that is gone by now is left out.
 */
int sched_show_pools(const struct invocation *inv,
                     const struct sched_view *view, const char *pool,
                     struct error *err);

/* The parameters of one pool. */
void sched_show_pool(const struct invocation *inv,
                     const struct sched_view *view,
                     const libxl_cpupoolinfo *pool);

int sched_show_domain(const struct invocation *inv,
                      const struct sched_view *view,
                      const struct sched_domain *domain, struct error *err);

/* The domain of the option --domain. */
int sched_find_domain(const struct invocation *inv, libxl_scheduler scheduler,
                      struct sched_domain *domain, struct error *err);

/* The value of an option; ERR_USAGE if it is no number. */
int sched_read_number(const char *option, const char *text, int *number,
                      struct error *err);

/* "--cap and --cpupool do not go together", for two that were both given. */
int sched_refuse_both(const struct invocation *inv, const char *first,
                      const char *second, struct error *err);

#endif
