/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The scheduler rtds: in every period a virtual CPU gets its budget of time,
 * and with extratime what is left over too.
 */
#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "show/show.h"
#include "xn/format.h"
#include "xn/sched.h"

#define DOMAIN_HEADINGS \
    "Name                                ID    Period    Budget  Extratime"
#define VCPU_HEADINGS                                                   \
    "Name                                ID VCPU    Period    Budget  " \
    "Extratime"

static void show_pool(struct host *host, const libxl_cpupoolinfo *pool,
                      struct json_writer *json)
{
    cleanup_free char *name = format_name(pool->pool_name);

    if (json == NULL)
        show_printf("Cpupool %s: sched=RTDS\n", name);
}

/* Of a domain and of one of its vCPUs. */
#define PARAM(type, field, width, unit)                          \
    {                                                            \
#field, #field, NULL, width, unit, offsetof(type, field) \
    }

static const struct sched_param domain_params[] = {
    PARAM(libxl_domain_sched_params, period, 9, SCHED_MICROSECONDS),
    PARAM(libxl_domain_sched_params, budget, 9, SCHED_MICROSECONDS),
    PARAM(libxl_domain_sched_params, extratime, 10, SCHED_TRUTH),
    { 0 },
};

static const struct sched_param vcpu_params[] = {
    PARAM(libxl_sched_params, period, 9, SCHED_MICROSECONDS),
    PARAM(libxl_sched_params, budget, 9, SCHED_MICROSECONDS),
    PARAM(libxl_sched_params, extratime, 10, SCHED_TRUTH),
    { 0 },
};

static void show_vcpu_lines(const struct sched_domain *domain,
                            const libxl_vcpu_sched_params *params)
{
    cleanup_free char *name = format_name(domain->label);

    for (int i = 0; i < params->num_vcpus; i++) {
        const libxl_sched_params *vcpu = &params->vcpus[i];
        show_printf("%-33s %4u %4d", name, domain->domid, vcpu->vcpuid);
        sched_show_columns(vcpu_params, vcpu);
        show_printf("\n");
    }
}

static void add_vcpus(struct json_writer *json,
                      const libxl_vcpu_sched_params *params)
{
    json_key(json, "vcpus");
    json_begin_array(json);
    for (int i = 0; i < params->num_vcpus; i++) {
        const libxl_sched_params *vcpu = &params->vcpus[i];
        json_begin_object(json);
        json_add_int(json, "vcpu", vcpu->vcpuid);
        sched_add_params(vcpu_params, vcpu, json);
        json_end_object(json);
    }
    json_end_array(json);
}

/* data: parameters with the vCPUs to show, or NULL for all. */
static int show_vcpus(const struct sched_domain *domain, void *data,
                      struct json_writer *json, struct error *err)
{
    libxl_vcpu_sched_params all = { 0 };
    libxl_vcpu_sched_params *params = data != NULL ? data : &all;

    libxl_vcpu_sched_params_init(&all);
    int rc = sched_get_vcpus(domain, params, err);
    if (rc == 0 && json != NULL)
        add_vcpus(json, params);
    else if (rc == 0)
        show_vcpu_lines(domain, params);
    libxl_vcpu_sched_params_dispose(&all);
    return rc;
}

static const struct sched_view domain_view = {
    .scheduler = LIBXL_SCHEDULER_RTDS,
    .document = "sched-rtds",
    .headings = DOMAIN_HEADINGS,
    .params = domain_params,
    .show_pool = show_pool,
};

static const struct sched_view vcpu_view = {
    .scheduler = LIBXL_SCHEDULER_RTDS,
    .document = "sched-rtds",
    .headings = VCPU_HEADINGS,
    .params = vcpu_params,
    .show_pool = show_pool,
    .show_domain = show_vcpus,
};

/* Which vCPUs the options name. */
struct selection {
    unsigned int count; /* of single ones */
    bool all;
    bool change; /* parameters are given for them */
};

static int read_selection(const struct invocation *inv, struct selection *sel,
                          struct error *err)
{
    unsigned int given = invocation_count(inv, "vcpuid");
    unsigned int periods = invocation_count(inv, "period");
    unsigned int wanted;

    for (unsigned int i = 0; i < given; i++)
        if (strcmp(invocation_value_at(inv, "vcpuid", i), "all") == 0)
            sel->all = true;
        else
            sel->count++;
    sel->change = sched_changes(inv, vcpu_params);
    if (sel->all && sel->count > 0)
        return error_set(err, ERR_USAGE, "--vcpuid: a number or 'all'");
    if (!sel->change)
        return 0;
    wanted = sel->all ? 1 : sel->count;
    if (wanted == 0)
        return error_set(err, ERR_USAGE, "parameters need a --vcpuid");
    if (periods != wanted || invocation_count(inv, "budget") != wanted ||
        invocation_count(inv, "extratime") != wanted)
        return error_set(err, ERR_USAGE,
                         "each --vcpuid needs a --period, a --budget and an "
                         "--extratime");
    return 0;
}

static int check_options(const struct invocation *inv,
                         const struct selection *sel, struct error *err)
{
    static const char *const others[] = { "domain", "vcpuid", "period",
                                          "budget", "extratime" };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (sched_refuse_both(inv, "cpupool", others[i], err) < 0)
            return -1;
    if (invocation_count(inv, "domain") == 0 && (sel->count > 0 || sel->change))
        return error_set(err, ERR_USAGE, "--vcpuid needs --domain");
    return 0;
}

static int read_vcpu(const struct invocation *inv, const struct selection *sel,
                     unsigned int place, libxl_sched_params *vcpu,
                     struct error *err)
{
    if (!sel->all &&
        sched_read_number("vcpuid", invocation_value_at(inv, "vcpuid", place),
                          &vcpu->vcpuid, err) < 0)
        return -1;
    return sel->change
               ? sched_read_params_at(inv, vcpu_params, place, vcpu, err)
               : 0;
}

/* params is initialised; its vCPUs become its own. */
static int read_vcpus(const struct invocation *inv, const struct selection *sel,
                      libxl_vcpu_sched_params *params, struct error *err)
{
    unsigned int count = sel->all ? sel->change : sel->count;

    params->vcpus = mem_zalloc(count + 1, sizeof(*params->vcpus));
    params->num_vcpus = (int)count;
    for (unsigned int i = 0; i < count; i++) {
        libxl_sched_params_init(&params->vcpus[i]);
        if (read_vcpu(inv, sel, i, &params->vcpus[i], err) < 0)
            return -1;
    }
    return 0;
}

static int run_vcpus(const struct invocation *inv, const struct selection *sel,
                     const struct sched_domain *domain, struct error *err)
{
    struct sched_view view = vcpu_view;
    libxl_vcpu_sched_params params;

    if (sel->all && !sel->change)
        return sched_show_domain(inv, &view, domain, err);
    libxl_vcpu_sched_params_init(&params);
    int rc = read_vcpus(inv, sel, &params, err);
    if (rc == 0 && sel->change)
        rc = sched_set_vcpus(domain, sel->all, &params, err);
    view.data = &params;
    if (rc == 0 && !sel->change)
        rc = sched_show_domain(inv, &view, domain, err);
    libxl_vcpu_sched_params_dispose(&params);
    return rc;
}

static int run(struct invocation *inv, struct error *err)
{
    struct selection sel = { 0 };
    struct sched_domain domain;

    if (read_selection(inv, &sel, err) < 0 || check_options(inv, &sel, err) < 0)
        return -1;
    if (invocation_count(inv, "domain") == 0)
        return sched_show_pools(inv, sel.all ? &vcpu_view : &domain_view,
                                invocation_value(inv, "cpupool"), err);
    if (sched_find_domain(inv, LIBXL_SCHEDULER_RTDS, &domain, err) < 0)
        return -1;
    if (sel.all || sel.count > 0)
        return run_vcpus(inv, &sel, &domain, err);
    return sched_show_domain(inv, &domain_view, &domain, err);
}

static const struct option_row options[] = {
    { 'd', "domain", OPTION_VALUE, "DOMAIN", "Shows or changes this domain" },
    { 'v', "vcpuid", OPTION_VALUE, "VCPU",
      "Its vCPU of this number, or all; may be repeated" },
    { 'p', "period", OPTION_VALUE, "US", "The vCPU's period, in microseconds" },
    { 'b', "budget", OPTION_VALUE, "US",
      "Its time in every period, in microseconds" },
    { 'e', "extratime", OPTION_VALUE, "BOOL",
      "1: it also gets what others leave; 0: it does not" },
    { 'c', "cpupool", OPTION_VALUE, "POOL", "Of this CPU pool only" },
    OPTION_JSON,
    { 0 },
};

const struct command command_sched_rtds = {
    .name = "sched-rtds",
    .summary = "Shows and changes parameters of the scheduler rtds",
    .words = "",
    .options = options,
    .run = run,
};
