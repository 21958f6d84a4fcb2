/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/sched.h"

#include <limits.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "host/domains.h"
#include "host/lookup.h"
#include "show/show.h"

static void begin_pool(const struct sched_view *view, struct host *host,
                       const libxl_cpupoolinfo *pool, struct json_writer *json)
{
    if (json != NULL) {
        json_begin_object(json);
        json_add_uint(json, "id", pool->poolid);
        json_add_string(json, "name", pool->pool_name);
    }
    view->show_pool(host, pool, json);
}

static int show_domain(const struct sched_view *view,
                       const struct sched_domain *domain,
                       struct json_writer *json, struct error *err)
{
    if (json == NULL)
        return view->show_domain(domain, view->data, NULL, err);
    json_begin_object(json);
    json_add_uint(json, "domid", domain->domid);
    json_add_string(json, "name", domain->label);
    int rc = view->show_domain(domain, view->data, json, err);
    json_end_object(json);
    return rc;
}

static void show_domains(const struct sched_view *view, struct host *host,
                         const libxl_cpupoolinfo *pool,
                         const struct domain_list *list,
                         struct json_writer *json)
{
    if (json != NULL) {
        json_key(json, "domains");
        json_begin_array(json);
    } else {
        show_printf("%s\n", view->headings);
    }
    VEC_EACH (&list->items, info) {
        cleanup_error struct error problem = ERROR_INIT;
        struct sched_domain domain = { .host = host,
                                       .domid = info->domid,
                                       .label =
                                           info->name ? info->name : "(null)",
                                       .scheduler = view->scheduler };

        if (info->cpupool == pool->poolid &&
            show_domain(view, &domain, json, &problem) < 0)
            log_warn("%s", problem.message);
    }
    if (json != NULL)
        json_end_array(json);
}

static struct json_writer *begin_json(const struct invocation *inv,
                                      const struct sched_view *view,
                                      const char *key)
{
    if (invocation_count(inv, "json") == 0)
        return NULL;
    struct json_writer *json = show_json_begin(view->document);
    json_key(json, key);
    json_begin_array(json);
    return json;
}

static void end_json(struct json_writer *json)
{
    if (json == NULL)
        return;
    json_end_array(json);
    show_json_end(json);
}

int sched_show_pools(const struct invocation *inv,
                     const struct sched_view *view, const char *pool,
                     struct error *err)
{
    cleanup_cpupool_list struct cpupool_list pools = { 0 };
    cleanup_domain_list struct domain_list domains = { 0 };
    const libxl_cpupoolinfo *only = NULL;

    if (cpupool_list_read(inv->host, &pools, err) < 0 ||
        domain_list_read(&domains, DOMAIN_NAMES, err) < 0)
        return -1;
    if (pool != NULL && (only = cpupool_find(&pools, pool, err)) == NULL)
        return -1;
    struct json_writer *json = begin_json(inv, view, "pools");
    for (int i = 0; i < pools.count; i++) {
        const libxl_cpupoolinfo *one = &pools.items[i];
        if (one->sched != view->scheduler || (only != NULL && only != one))
            continue;
        begin_pool(view, inv->host, one, json);
        show_domains(view, inv->host, one, &domains, json);
        if (json != NULL)
            json_end_object(json);
    }
    end_json(json);
    return 0;
}

void sched_show_pool(const struct invocation *inv,
                     const struct sched_view *view,
                     const libxl_cpupoolinfo *pool)
{
    struct json_writer *json = begin_json(inv, view, "pools");

    begin_pool(view, inv->host, pool, json);
    if (json != NULL)
        json_end_object(json);
    end_json(json);
}

int sched_show_domain(const struct invocation *inv,
                      const struct sched_view *view,
                      const struct sched_domain *domain, struct error *err)
{
    cleanup_free char *name = lookup_name(inv->host, domain->domid);
    struct sched_domain named = *domain;

    named.label = name;
    if (sched_check_domain(&named, err) < 0)
        return -1; /* before the headings */
    struct json_writer *json = begin_json(inv, view, "domains");
    if (json == NULL)
        show_printf("%s\n", view->headings);
    if (show_domain(view, &named, json, err) < 0) {
        json_writer_free(json);
        return -1;
    }
    end_json(json);
    return 0;
}

int sched_find_domain(const struct invocation *inv, libxl_scheduler scheduler,
                      struct sched_domain *domain, struct error *err)
{
    const char *word = invocation_value(inv, "domain");

    *domain = (struct sched_domain){ .host = inv->host,
                                     .label = word,
                                     .scheduler = scheduler };
    return lookup_domain(inv->host, word, &domain->domid, err);
}

int sched_read_number(const char *option, const char *text, int *number,
                      struct error *err)
{
    uint32_t value;

    if (!number_parse_u32(text, &value) || value > INT_MAX)
        return error_set(err, ERR_USAGE, "--%s: '%s' is no number", option,
                         text);
    *number = (int)value;
    return 0;
}

int sched_refuse_both(const struct invocation *inv, const char *first,
                      const char *second, struct error *err)
{
    if (invocation_count(inv, first) == 0 || invocation_count(inv, second) == 0)
        return 0;
    return error_set(err, ERR_USAGE, "--%s and --%s do not go together", first,
                     second);
}
