/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/sched.h"

static int fail(const struct sched_domain *domain, int rc, struct error *err)
{
    return host_fail(domain->host, err, ERR_FAILED, rc, "%s parameters of '%s'",
                     libxl_scheduler_to_string(domain->scheduler),
                     domain->label);
}

static int check_scheduler(const struct sched_domain *domain,
                           libxl_scheduler scheduler, struct error *err)
{
    const char *name = libxl_scheduler_to_string(scheduler);

    if (scheduler == domain->scheduler)
        return 0;
    error_set(err, ERR_STATE, "'%s' is in a CPU pool under %s, not %s",
              domain->label, name,
              libxl_scheduler_to_string(domain->scheduler));
    error_hint(err, "see 'xn sched-%s'", name);
    return -1;
}

int sched_get_domain(const struct sched_domain *domain,
                     libxl_domain_sched_params *params, struct error *err)
{
    host_log_forget(&domain->host->log);
    int rc =
        libxl_domain_sched_params_get(domain->host->ctx, domain->domid, params);
    if (rc != 0)
        return fail(domain, rc, err);
    return check_scheduler(domain, params->sched, err);
}

int sched_check_domain(const struct sched_domain *domain, struct error *err)
{
    libxl_domain_sched_params now;

    libxl_domain_sched_params_init(&now);
    int rc = sched_get_domain(domain, &now, err);
    libxl_domain_sched_params_dispose(&now);
    return rc;
}

int sched_set_domain(const struct sched_domain *domain,
                     libxl_domain_sched_params *params, struct error *err)
{
    if (sched_check_domain(domain, err) < 0)
        return -1;
    params->sched = domain->scheduler;
    host_log_forget(&domain->host->log);
    int rc =
        libxl_domain_sched_params_set(domain->host->ctx, domain->domid, params);
    return rc == 0 ? 0 : fail(domain, rc, err);
}

int sched_get_vcpus(const struct sched_domain *domain,
                    libxl_vcpu_sched_params *params, struct error *err)
{
    libxl_ctx *ctx = domain->host->ctx;

    if (sched_check_domain(domain, err) < 0)
        return -1;
    host_log_forget(&domain->host->log);
    int rc = params->num_vcpus == 0
                 ? libxl_vcpu_sched_params_get_all(ctx, domain->domid, params)
                 : libxl_vcpu_sched_params_get(ctx, domain->domid, params);
    return rc == 0 ? 0 : fail(domain, rc, err);
}

int sched_set_vcpus(const struct sched_domain *domain, bool all,
                    libxl_vcpu_sched_params *params, struct error *err)
{
    libxl_ctx *ctx = domain->host->ctx;

    if (sched_check_domain(domain, err) < 0)
        return -1;
    params->sched = domain->scheduler;
    host_log_forget(&domain->host->log);
    int rc = all ? libxl_vcpu_sched_params_set_all(ctx, domain->domid, params)
                 : libxl_vcpu_sched_params_set(ctx, domain->domid, params);
    return rc == 0 ? 0 : fail(domain, rc, err);
}
