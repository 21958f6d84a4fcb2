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

/* What a parameter is counted in. */
enum sched_unit {
    SCHED_PLAIN,
    SCHED_MILLISECONDS, /* in JSON seconds, as the next */
    SCHED_MICROSECONDS,
    SCHED_TRUTH, /* 0 or 1; "yes" or "no" in text */
};

/* One parameter, an int in a structure of libxl's. Tables end with { 0 }. */
struct sched_param {
    const char *option; /* that changes it */
    const char *key;    /* in JSON */
    const char *label;  /* before it in a pool's line; NULL: of a domain */
    int width;          /* of its column in a domain's line */
    enum sched_unit unit;
    size_t offset;
};

/* How a scheduler's parameters look; json is NULL for text. */
struct sched_view {
    libxl_scheduler scheduler;
    const char *document; /* xn.NAME/1 */
    const char *headings; /* above the domains */
    /* Of a domain, in libxl_domain_sched_params. */
    const struct sched_param *params;
    /* A pool's line, or keys in the object that is open. */
    void (*show_pool)(struct host *host, const libxl_cpupoolinfo *pool,
                      struct json_writer *json);
    /* A domain's lines, or keys in the object that is open; NULL: params. */
    int (*show_domain)(const struct sched_domain *domain, void *data,
                       struct json_writer *json, struct error *err);
    void *data; /* for show_domain */
};

/* Behind what stands in a line already: " 256    0". */
void sched_show_columns(const struct sched_param *params, const void *from);

/* "tslice=30ms ratelimit=1000us". */
void sched_show_labelled(const struct sched_param *params, const void *from);

/* As keys in the object that is open. */
void sched_add_params(const struct sched_param *params, const void *from,
                      struct json_writer *json);

/* Whether any option of them was given. */
bool sched_changes(const struct invocation *inv,
                   const struct sched_param *params);

/* Those whose option was given; -1 with ERR_USAGE for what is no number. */
int sched_read_params(const struct invocation *inv,
                      const struct sched_param *params, void *to,
                      struct error *err);

/* All, from the values that were given in this place, from 0. */
int sched_read_params_at(const struct invocation *inv,
                         const struct sched_param *params, unsigned int place,
                         void *to, struct error *err);

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
