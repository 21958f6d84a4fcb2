/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The order is what makes a kill harmless: the note is written before the old
 * domain goes, and removed after the new one is whole. Destroying, renaming
 * and creating can each be begun again; what a killed create left is removed
 * by its own note (record.h) first.
 */
#include "domain/life/next_life.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "config/own_json.h"
#include "domain/create.h"
#include "domain/destroy.h"
#include "domain/life/remains.h"
#include "domain/life/supervise.h"
#include "domain/tally.h"
#include "host/operation.h"

/* Backends let go of a dead domain's memory within this, or nobody waits. */
#define GONE_PATIENCE_MS 10000
/* Processes that may die over one restart before it is given up. */
#define ATTEMPTS 3u

/* ---- its configuration ---- */

static int parse_update(struct enforce_work *work, const uint8_t *text,
                        int length, struct domain_spec *spec)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_error struct error err = ERROR_INIT;
    struct config_source source = {
        .path = "<updated>",
        .text = (const char *)text,
        .length = (size_t)length,
        .plain = true, /* it was put together by who stored it */
    };

    if (config_load(&source, &work->defaults, NULL, spec, &diags, &err) == 0)
        return 0;
    log_warn("the configuration set by config-update: %s; "
             "the one before stays",
             err.message);
    return -1;
}

/*
 * What config-update stored replaces what the domain was made of. It is used
 * once, as xl does; the domain made of it remembers it as its own.
 */
static void apply_update(struct enforce_work *work, struct domain_spec *spec)
{
    cleanup_domain_spec struct domain_spec updated;
    uint8_t *text = NULL;
    int length = 0;

    domain_spec_init(&updated);
    if (libxl_userdata_retrieve(work->host->ctx, work->domid, "xl", &text,
                                &length) == 0 &&
        length > 0 && parse_update(work, text, length, &updated) == 0) {
        struct domain_spec old = *spec;
        *spec = updated;
        updated = old;
        log_info("taking the configuration set by config-update");
    }
    free(text);
}

/* What cannot be read must not stop a reboot. */
static void recall_own(const struct restart_plan *plan, struct domain_own *own)
{
    cleanup_error struct error err = ERROR_INIT;

    if (own_from_json(plan->own_json, strlen(plan->own_json), own, &err) < 0)
        log_warn("%s", err.message);
}

/* ---- a new domain ---- */

static int clear_the_place(struct enforce_work *work,
                           const struct restart_plan *plan,
                           libxl_domain_create_info *info, struct error *err)
{
    char uuid[UUID_TEXT_SIZE];
    unsigned int reason;

    memcpy(uuid, work->uuid, sizeof(uuid));
    /* The number may have been given to another domain since. */
    if (enforce_look(work, &reason) == ENFORCE_LOOK_GONE ||
        strcmp(uuid, work->uuid) != 0)
        return 0;
    if (plan->rename)
        return remains_keep(work, info, err);
    if (domain_destroy(work->host, work->domid, err) < 0)
        return -1;
    /* A dying domain still holds memory that the next life needs. */
    enforce_wait_until_gone(work, GONE_PATIENCE_MS);
    return 0;
}

/* From a written note to a new domain; can be begun again at any time. */
static int carry_out(struct enforce_work *work, const struct restart_plan *plan,
                     struct error *err)
{
    cleanup_domain_spec struct domain_spec spec;
    struct create_request request = {
        .spec = &spec,
        .defaults = &work->defaults,
        .supervise = work->request->supervise,
        .restart = true,
        .short_lives = plan->short_lives,
        .verbosity = work->request->verbosity,
    };

    domain_spec_init(&spec);
    int rc = libxl_domain_config_from_json(work->host->ctx, &spec.config,
                                           plan->config_json);
    if (rc != 0) {
        restart_end(&work->note);
        return host_fail(work->host, err, ERR_FAILED, rc,
                         "the stored configuration of %s", plan->name);
    }
    recall_own(plan, &spec.own);
    enforce_take_log(work, plan->name, &spec.own);
    if (clear_the_place(work, plan, &spec.config.c_info, err) < 0)
        return -1; /* the note stays, for another attempt */
    work->result->end = ENFORCE_GONE;
    rc = domain_create(work->host, &request, &work->result->domid, err);
    restart_end(&work->note);
    if (rc < 0) {
        enforce_tell_hooks(work, &spec, HOOK_STOPPED, "failed");
        return -1;
    }
    work->result->end = ENFORCE_RESTARTED;
    work->result->short_lives = plan->short_lives;
    tally_add(TALLY_FILE, &(struct tallies){ .of[TALLY_RESTARTS] = 1 });
    log_info("%s is domain %u now", plan->name, work->result->domid);
    return 0;
}

int next_life_begin(struct enforce_work *work, struct domain_spec *spec,
                    const struct policy_decision *decision, struct error *err)
{
    cleanup_error struct error written = ERROR_INIT;

    apply_update(work, spec);
    cleanup_restart_plan struct restart_plan plan = {
        .old_domid = work->domid,
        .rename = decision->act == POLICY_RENAME_RESTART,
        .short_lives = decision->short_lives,
        .name = mem_strdup(spec->config.c_info.name),
        .config_json =
            libxl_domain_config_to_json(work->host->ctx, &spec->config),
        .own_json = own_to_json(&spec->own),
    };
    if (plan.config_json == NULL)
        return error_set(err, ERR_FAILED, "%s: its configuration as JSON",
                         plan.name);
    /* A full disk costs the safety against a kill, not the reboot. */
    if (restart_write(&work->note, &plan, &written) < 0)
        log_warn("%s", written.message);
    return carry_out(work, &plan, err);
}

int next_life_take_up(struct enforce_work *work, struct restart_plan *plan,
                      struct error *err)
{
    if (plan->attempts >= ATTEMPTS) {
        restart_end(&work->note);
        return error_set(err, ERR_FAILED, "%s: given up after %u attempts",
                         plan->name, plan->attempts);
    }
    plan->attempts++;
    log_info("taking up the restart of %s", plan->name);
    if (restart_write(&work->note, plan, err) < 0)
        return -1;
    return carry_out(work, plan, err);
}

/* ---- the same domain anew ---- */

static int reset_in_place(struct enforce_work *work,
                          libxl_domain_config *config, struct error *err)
{
    struct operation op;

    operation_begin(&op, work->host);
    op.interruptible = false;
    int rc = libxl_domain_soft_reset(work->host->ctx, config, work->domid,
                                     &op.how, NULL);
    rc = operation_wait(&op, rc, OPERATION_NO_DEADLINE);
    if (rc != 0)
        return host_fail(work->host, err, ERR_FAILED, rc, "soft reset of %s",
                         config->c_info.name);
    return 0;
}

int next_life_in_place(struct enforce_work *work, struct domain_spec *spec,
                       const struct policy_decision *decision,
                       struct error *err)
{
    apply_update(work, spec);
    int rc = reset_in_place(work, &spec->config, err);
    if (rc == 0 && work->request->supervise)
        rc = supervise_hand_over(work->domid, decision->short_lives, err);
    if (rc == 0 &&
        libxl_domain_unpause(work->host->ctx, work->domid, NULL) != 0)
        rc = host_fail(work->host, err, ERR_FAILED, ERROR_FAIL, "start of %s",
                       spec->config.c_info.name);
    if (rc < 0) {
        domain_destroy(work->host, work->domid, NULL);
        work->result->end = ENFORCE_GONE;
        return -1;
    }
    work->result->end = ENFORCE_RESTARTED;
    work->result->domid = work->domid;
    work->result->short_lives = decision->short_lives;
    return 0;
}
