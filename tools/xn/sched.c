/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/sched.h"

#include <limits.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "host/domains.h"
#include "host/lookup.h"
#include "show/show.h"
#include "xn/format.h"

/* ---- parameters ---- */

static int value_of(const struct sched_param *param, const void *from)
{
    int value;

    memcpy(&value, (const char *)from + param->offset, sizeof(value));
    return value;
}

void sched_show_columns(const struct sched_param *params, const void *from)
{
    for (const struct sched_param *param = params; param->key != NULL;
         param++) {
        int value = value_of(param, from);
        if (param->unit == SCHED_TRUTH)
            show_printf(" %*s", param->width, value ? "yes" : "no");
        else
            show_printf(" %*d", param->width, value);
    }
}

void sched_show_labelled(const struct sched_param *params, const void *from)
{
    for (const struct sched_param *param = params; param->key != NULL; param++)
        show_printf("%s%s=%d%s", param == params ? "" : " ", param->label,
                    value_of(param, from),
                    param->unit == SCHED_MILLISECONDS ? "ms" : "us");
}

void sched_add_params(const struct sched_param *params, const void *from,
                      struct json_writer *json)
{
    for (const struct sched_param *param = params; param->key != NULL;
         param++) {
        int value = value_of(param, from);
        switch (param->unit) {
        case SCHED_PLAIN:
            json_add_int(json, param->key, value);
            break;
        case SCHED_MILLISECONDS:
            json_add_double(json, param->key, value / 1e3);
            break;
        case SCHED_MICROSECONDS:
            json_add_double(json, param->key, value / 1e6);
            break;
        case SCHED_TRUTH:
            json_add_bool(json, param->key, value != 0);
            break;
        }
    }
}

bool sched_changes(const struct invocation *inv,
                   const struct sched_param *params)
{
    for (const struct sched_param *param = params; param->key != NULL; param++)
        if (invocation_count(inv, param->option) > 0)
            return true;
    return false;
}

static int read_param(const struct sched_param *param, const char *text,
                      void *to, struct error *err)
{
    int value = 0;

    if (param->unit == SCHED_TRUTH && strcmp(text, "0") != 0 &&
        strcmp(text, "1") != 0)
        return error_set(err, ERR_USAGE, "--%s: 1 or 0, not '%s'",
                         param->option, text);
    if (sched_read_number(param->option, text, &value, err) < 0)
        return -1;
    memcpy((char *)to + param->offset, &value, sizeof(value));
    return 0;
}

int sched_read_params(const struct invocation *inv,
                      const struct sched_param *params, void *to,
                      struct error *err)
{
    for (const struct sched_param *param = params; param->key != NULL;
         param++) {
        const char *text = invocation_value(inv, param->option);
        if (text != NULL && read_param(param, text, to, err) < 0)
            return -1;
    }
    return 0;
}

int sched_read_params_at(const struct invocation *inv,
                         const struct sched_param *params, unsigned int place,
                         void *to, struct error *err)
{
    for (const struct sched_param *param = params; param->key != NULL; param++)
        if (read_param(param, invocation_value_at(inv, param->option, place),
                       to, err) < 0)
            return -1;
    return 0;
}

/* ---- pools and domains ---- */

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

static int show_params(const struct sched_view *view,
                       const struct sched_domain *domain,
                       struct json_writer *json, struct error *err)
{
    libxl_domain_sched_params params;

    if (view->show_domain != NULL)
        return view->show_domain(domain, view->data, json, err);
    libxl_domain_sched_params_init(&params);
    int rc = sched_get_domain(domain, &params, err);
    if (rc == 0 && json != NULL) {
        sched_add_params(view->params, &params, json);
    } else if (rc == 0) {
        cleanup_free char *name = format_name(domain->label);
        show_printf("%-33s %4u", name, domain->domid);
        sched_show_columns(view->params, &params);
        show_printf("\n");
    }
    libxl_domain_sched_params_dispose(&params);
    return rc;
}

static int show_domain(const struct sched_view *view,
                       const struct sched_domain *domain,
                       struct json_writer *json, struct error *err)
{
    if (json == NULL)
        return show_params(view, domain, NULL, err);
    json_begin_object(json);
    json_add_uint(json, "domid", domain->domid);
    json_add_string(json, "name", domain->label);
    int rc = show_params(view, domain, json, err);
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
