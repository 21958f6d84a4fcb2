/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The schedulers credit and credit2: domains have a weight and a cap, pools a
 * rate limit, those of credit a time slice and a migration delay too.
 */
#include <stddef.h>

#include "base/mem.h"
#include "show/show.h"
#include "xn/format.h"
#include "xn/sched.h"

/* Of a pool, as libxl counts them; credit2 has the rate limit only. */
struct pool_params {
    libxl_sched_credit_params credit;
    libxl_sched_credit2_params credit2;
};

static int get_pool(struct host *host, const libxl_cpupoolinfo *pool,
                    struct pool_params *params)
{
    host_log_forget(&host->log);
    if (pool->sched == LIBXL_SCHEDULER_CREDIT)
        return libxl_sched_credit_params_get(host->ctx, pool->poolid,
                                             &params->credit);
    return libxl_sched_credit2_params_get(host->ctx, pool->poolid,
                                          &params->credit2);
}

static int set_pool(struct host *host, const libxl_cpupoolinfo *pool,
                    struct pool_params *params)
{
    host_log_forget(&host->log);
    if (pool->sched == LIBXL_SCHEDULER_CREDIT)
        return libxl_sched_credit_params_set(host->ctx, pool->poolid,
                                             &params->credit);
    return libxl_sched_credit2_params_set(host->ctx, pool->poolid,
                                          &params->credit2);
}

static int fail_pool(struct host *host, const libxl_cpupoolinfo *pool, int rc,
                     struct error *err)
{
    return host_fail(host, err, ERR_FAILED, rc, "%s parameters of pool '%s'",
                     libxl_scheduler_to_string(pool->sched), pool->pool_name);
}

#define UNKNOWN_POOL "Cpupool %s: [sched params unavailable]\n"

static const struct sched_param domain_params[] = {
    { "weight", "weight", NULL, 6, SCHED_PLAIN,
      offsetof(libxl_domain_sched_params, weight) },
    { "cap", "cap", NULL, 4, SCHED_PLAIN,
      offsetof(libxl_domain_sched_params, cap) },
    { 0 },
};

static const struct sched_param credit_pool_params[] = {
    { "tslice_ms", "timeslice", "tslice", 0, SCHED_MILLISECONDS,
      offsetof(struct pool_params, credit.tslice_ms) },
    { "ratelimit_us", "ratelimit", "ratelimit", 0, SCHED_MICROSECONDS,
      offsetof(struct pool_params, credit.ratelimit_us) },
    { "migration_delay_us", "migration_delay", "migration-delay", 0,
      SCHED_MICROSECONDS,
      offsetof(struct pool_params, credit.vcpu_migr_delay_us) },
    { 0 },
};

static const struct sched_param credit2_pool_params[] = {
    { "ratelimit_us", "ratelimit", "ratelimit", 0, SCHED_MICROSECONDS,
      offsetof(struct pool_params, credit2.ratelimit_us) },
    { 0 },
};

static const struct sched_param *params_of(libxl_scheduler scheduler)
{
    return scheduler == LIBXL_SCHEDULER_CREDIT ? credit_pool_params
                                               : credit2_pool_params;
}

static void show_pool(struct host *host, const libxl_cpupoolinfo *pool,
                      struct json_writer *json)
{
    cleanup_free char *name = format_name(pool->pool_name);
    struct pool_params params = { 0 };
    bool known = get_pool(host, pool, &params) == 0;

    if (json != NULL && known) {
        sched_add_params(params_of(pool->sched), &params, json);
    } else if (json == NULL && known) {
        show_printf("Cpupool %s: ", name);
        sched_show_labelled(params_of(pool->sched), &params);
        show_printf("\n");
    } else if (json == NULL) {
        show_printf(UNKNOWN_POOL, name);
    }
}

#define HEADINGS "Name                                ID Weight  Cap"

static const struct sched_view credit = {
    .scheduler = LIBXL_SCHEDULER_CREDIT,
    .document = "sched-credit",
    .headings = HEADINGS,
    .params = domain_params,
    .show_pool = show_pool,
};

static const struct sched_view credit2 = {
    .scheduler = LIBXL_SCHEDULER_CREDIT2,
    .document = "sched-credit2",
    .headings = HEADINGS,
    .params = domain_params,
    .show_pool = show_pool,
};

static int change_pool(const struct invocation *inv,
                       const libxl_cpupoolinfo *pool, struct error *err)
{
    struct pool_params params = { 0 };
    int rc = get_pool(inv->host, pool, &params);

    if (rc != 0)
        return fail_pool(inv->host, pool, rc, err);
    if (sched_read_params(inv, params_of(pool->sched), &params, err) < 0)
        return -1;
    rc = set_pool(inv->host, pool, &params);
    return rc == 0 ? 0 : fail_pool(inv->host, pool, rc, err);
}

/* xl only says that it knows nothing. */
static int refuse_pool(const struct invocation *inv,
                       const libxl_cpupoolinfo *pool,
                       const struct sched_view *view, struct error *err)
{
    if (inv->settings->as_xl &&
        !sched_changes(inv, params_of(view->scheduler))) {
        show_printf(UNKNOWN_POOL, pool->pool_name);
        return 0;
    }
    return error_set(err, ERR_STATE, "CPU pool '%s' is under %s, not %s",
                     pool->pool_name, libxl_scheduler_to_string(pool->sched),
                     libxl_scheduler_to_string(view->scheduler));
}

static int run_pool(const struct invocation *inv, const struct sched_view *view,
                    struct error *err)
{
    cleanup_cpupool_list struct cpupool_list pools = { 0 };

    if (cpupool_list_read(inv->host, &pools, err) < 0)
        return -1;
    const libxl_cpupoolinfo *pool =
        cpupool_find(&pools, invocation_value(inv, "cpupool"), err);
    if (pool == NULL)
        return -1;
    if (pool->sched != view->scheduler)
        return refuse_pool(inv, pool, view, err);
    if (sched_changes(inv, params_of(view->scheduler)))
        return change_pool(inv, pool, err);
    sched_show_pool(inv, view, pool);
    return 0;
}

static int run_domain(const struct invocation *inv,
                      const struct sched_view *view, struct error *err)
{
    struct sched_domain domain;
    libxl_domain_sched_params params;

    if (sched_find_domain(inv, view->scheduler, &domain, err) < 0)
        return -1;
    if (!sched_changes(inv, view->params))
        return sched_show_domain(inv, view, &domain, err);
    libxl_domain_sched_params_init(&params);
    int rc = sched_read_params(inv, view->params, &params, err);
    if (rc == 0)
        rc = sched_set_domain(&domain, &params, err);
    libxl_domain_sched_params_dispose(&params);
    return rc;
}

static int check_options(const struct invocation *inv,
                         const struct sched_view *view, struct error *err)
{
    static const char *const of_pool[] = { "cpupool", "schedparam" };
    static const char *const of_domain[] = { "domain", "weight", "cap" };

    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            if (sched_refuse_both(inv, of_pool[i], of_domain[j], err) < 0)
                return -1;
    if (invocation_count(inv, "domain") == 0 &&
        sched_changes(inv, view->params))
        return error_set(err, ERR_USAGE, "--weight and --cap need --domain");
    if (invocation_count(inv, "schedparam") == 0 &&
        sched_changes(inv, params_of(view->scheduler)))
        return error_set(err, ERR_USAGE,
                         "a pool's parameters are set with --schedparam");
    return 0;
}

static int run(const struct invocation *inv, const struct sched_view *view,
               struct error *err)
{
    if (check_options(inv, view, err) < 0)
        return -1;
    if (invocation_count(inv, "schedparam") > 0)
        return run_pool(inv, view, err);
    if (invocation_count(inv, "domain") > 0)
        return run_domain(inv, view, err);
    return sched_show_pools(inv, view, invocation_value(inv, "cpupool"), err);
}

static int run_credit(struct invocation *inv, struct error *err)
{
    return run(inv, &credit, err);
}

static int run_credit2(struct invocation *inv, struct error *err)
{
    return run(inv, &credit2, err);
}

#define COMMON_OPTIONS                                                         \
    { 'd', "domain", OPTION_VALUE, "DOMAIN", "Shows or changes this domain" }, \
        { 'w', "weight", OPTION_VALUE, "WEIGHT",                               \
          "Its share against others: 1 to 65535, 256 at first" },              \
        { 'c', "cap", OPTION_VALUE, "CAP",                                     \
          "Its most, in percent of one CPU; 0: no limit" },                    \
        { 's', "schedparam", OPTION_FLAG, NULL,                                \
          "Shows or changes a pool's parameters" },                            \
        { 'r', "ratelimit_us", OPTION_VALUE, "US",                             \
          "How long a vCPU runs at least, in microseconds" },                  \
    {                                                                          \
        'p', "cpupool", OPTION_VALUE, "POOL", "Of this CPU pool only"          \
    }

static const struct option_row credit_options[] = {
    COMMON_OPTIONS,
    { 't', "tslice_ms", OPTION_VALUE, "MS",
      "How long a vCPU runs at most, in milliseconds" },
    { 'm', "migration_delay_us", OPTION_VALUE, "US",
      "How long it is kept on its CPU, in microseconds" },
    OPTION_JSON,
    { 0 },
};

static const struct option_row credit2_options[] = {
    COMMON_OPTIONS,
    OPTION_JSON,
    { 0 },
};

const struct command command_sched_credit = {
    .name = "sched-credit",
    .summary = "Shows and changes parameters of the scheduler credit",
    .words = "",
    .options = credit_options,
    .run = run_credit,
};

const struct command command_sched_credit2 = {
    .name = "sched-credit2",
    .summary = "Shows and changes parameters of the scheduler credit2",
    .words = "",
    .options = credit2_options,
    .run = run_credit2,
};
