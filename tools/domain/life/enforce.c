/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/enforce.h"

#include <string.h>

#include <libxl_uuid.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/uuid.h"
#include "domain/destroy.h"
#include "domain/life/enforce_work.h"
#include "domain/life/next_life.h"
#include "domain/life/policy.h"
#include "domain/life/remains.h"
#include "domain/own.h"
#include "domain/record.h"
#include "host/mark.h"
#include "host/stored.h"

static int act(struct enforce_work *work, struct domain_spec *spec,
               const struct policy_decision *decision, struct error *err)
{
    switch (decision->act) {
    case POLICY_LEAVE:
        return 0;
    case POLICY_PRESERVE:
        work->result->end = ENFORCE_PRESERVED;
        return mark_remove(work->domid, err);
    case POLICY_DESTROY:
        if (domain_destroy(work->host, work->domid, err) < 0)
            return -1;
        work->result->end = ENFORCE_GONE;
        return 0;
    case POLICY_RESTART:
    case POLICY_RENAME_RESTART:
        return next_life_begin(work, spec, decision, err);
    case POLICY_SOFT_RESET:
        return next_life_in_place(work, spec, decision, err);
    }
    return 0;
}

/* ---- from a shutdown to its act ---- */

/* While the domain is still there, so that they can look at it. */
static void tell_hooks_of_end(const struct enforce_work *work,
                              const struct domain_spec *spec,
                              unsigned int reason)
{
    const char *cause = policy_reason_name(reason);

    if (reason == LIBXL_SHUTDOWN_REASON_REBOOT)
        enforce_tell_hooks(work, spec, HOOK_REBOOT, cause);
    else if (reason == LIBXL_SHUTDOWN_REASON_CRASH ||
             reason == LIBXL_SHUTDOWN_REASON_WATCHDOG)
        enforce_tell_hooks(work, spec, HOOK_CRASHED, cause);
}

static unsigned int limit_of(const struct domain_own *own)
{
    return own->restart_limit == OWN_RESTART_UNSET
               ? POLICY_SHORT_LIVES
               : (unsigned int)own->restart_limit;
}

static void say_decision(const struct enforce_work *work,
                         const struct domain_spec *spec, unsigned int reason,
                         const struct policy_decision *decision)
{
    const char *name = spec->config.c_info.name;

    log_info("domain %u (%s) shut down: %s; action: %s%s", work->domid, name,
             policy_reason_name(reason),
             decision->dump_core ? "dump core, " : "",
             policy_act_name(decision->act));
    if (decision->limited)
        log_warn("%s was restarted %u times in a row and lived less than "
                 "%d s each time: not again",
                 name, limit_of(&spec->own), POLICY_SHORT_LIFE_MS / 1000);
}

/*
 * With the guest as it is: who is impatient may destroy it meanwhile. false:
 * somebody did, or a signal says that nobody wants to wait.
 */
static bool wait_before_restart(struct enforce_work *work, const char *name,
                                int64_t milliseconds)
{
    cleanup_error struct error unseen = ERROR_INIT;
    unsigned int reason;

    if (restart_write_waiting(&work->note, name, work->domid, &unseen) < 0)
        log_warn("%s", unseen.message);
    log_info("waiting for %g s", (double)milliseconds / 1e3);
    enforce_wait_until_gone(work, milliseconds);
    if (enforce_look(work, &reason) == ENFORCE_LOOK_DOWN &&
        interrupt_signal() == 0)
        return true;
    work->result->end = ENFORCE_GONE;
    restart_end(&work->note);
    return false;
}

static int decide_and_act(struct enforce_work *work, unsigned int reason,
                          struct error *err)
{
    cleanup_error struct error own = ERROR_INIT;
    cleanup_domain_spec struct domain_spec spec;

    domain_spec_init(&spec);
    if (stored_config_read(work->host, work->domid, &spec.config, err) < 0)
        return -1;
    if (own_recall(work->host, work->domid, &spec.own, &own) < 0)
        log_warn("%s; going on without", own.message);
    enforce_take_log(work, spec.config.c_info.name, &spec.own);
    struct policy_case end = {
        .config = &spec.config,
        .reason = reason,
        .life_ms = clock_now_ms() - work->since_ms,
        .short_lives = work->short_lives,
        .limit = limit_of(&spec.own),
    };
    struct policy_decision decision = policy_decide(&end);
    say_decision(work, &spec, reason, &decision);
    if (decision.dump_core)
        remains_dump_core(work, spec.config.c_info.name);
    tell_hooks_of_end(work, &spec, reason);
    if (decision.delay_ms > 0 &&
        !wait_before_restart(work, spec.config.c_info.name, decision.delay_ms))
        return 0;
    int rc = act(work, &spec, &decision, err);
    if (rc == 0)
        restart_end(&work->note);
    if (rc == 0 && decision.act == POLICY_DESTROY)
        enforce_tell_hooks(work, &spec, HOOK_STOPPED,
                           policy_reason_name(reason));
    return rc;
}

/* false: it is not, or no longer, ours to act on. */
static bool read_mark(struct enforce_work *work, struct error *err, int *rc)
{
    struct mark mark;
    bool found;

    if (!work->request->supervise)
        return true;
    *rc = mark_read(work->domid, &mark, &found, err);
    if (*rc < 0)
        return false;
    work->since_ms = mark.since_ms;
    work->short_lives = mark.short_lives;
    if (!found)
        work->result->end = ENFORCE_PRESERVED;
    return found;
}

/* With the lock held: what another process did meanwhile counts. */
static int act_if_still_down(struct enforce_work *work, struct error *err)
{
    cleanup_restart_plan struct restart_plan plan = { 0 };
    unsigned int reason;
    int rc = 0;

    bool left =
        restart_read(&work->note, &plan) && plan.old_domid == work->domid;
    enum enforce_look look = enforce_look(work, &reason);
    if (look == ENFORCE_LOOK_DOWN && left)
        return next_life_take_up(work, &plan, err);
    if (look == ENFORCE_LOOK_DOWN && read_mark(work, err, &rc))
        return decide_and_act(work, reason, err);
    if (look == ENFORCE_LOOK_GONE)
        work->result->end = ENFORCE_GONE;
    if (!left)
        restart_end(&work->note);
    return rc;
}

int enforce_policy(struct host *host, uint32_t domid,
                   const struct enforce_request *request,
                   struct enforce_result *result, struct error *err)
{
    struct enforce_work work;
    unsigned int reason;
    bool found;
    int rc = 0;

    enforce_work_begin(&work, host, domid, request, result);
    enum enforce_look look = enforce_look(&work, &reason);
    if (look == ENFORCE_LOOK_GONE)
        result->end = ENFORCE_GONE;
    if (look == ENFORCE_LOOK_DOWN)
        rc = restart_lock(&work.note, work.uuid, true, &found, err);
    if (look == ENFORCE_LOOK_DOWN && rc == 0)
        rc = act_if_still_down(&work, err);
    if (rc < 0)
        guest_log_error(&work.log, err->message);
    enforce_work_end(&work);
    return rc;
}

/* ---- after a kill ---- */

/* Whether the guest lives already: made whole before its maker was killed. */
static bool is_alive(struct enforce_work *work)
{
    bool alive = false;
    int count = 0;
    libxl_dominfo *list = libxl_list_domain(work->host->ctx, &count);

    for (int i = 0; i < count; i++) {
        char uuid[UUID_TEXT_SIZE];
        uuid_format_text(libxl_uuid_bytearray_const(&list[i].uuid), uuid);
        alive |= strcmp(uuid, work->uuid) == 0 &&
                 list[i].domid != work->domid && !list[i].dying;
    }
    libxl_dominfo_list_free(list, count);
    return alive;
}

static int resume_locked(struct enforce_work *work, struct error *err)
{
    cleanup_restart_plan struct restart_plan plan = { 0 };
    unsigned int swept;

    if (!restart_read(&work->note, &plan)) {
        restart_end(&work->note);
        return 0;
    }
    work->domid = plan.old_domid;
    if (record_sweep(work->host, false, &swept, err) < 0)
        return -1;
    if (is_alive(work)) {
        restart_end(&work->note);
        return 0;
    }
    return next_life_take_up(work, &plan, err);
}

int enforce_resume(struct host *host, const char *uuid,
                   const struct enforce_request *request, struct error *err)
{
    struct enforce_result result;
    uint8_t bytes[UUID_BYTES];
    struct enforce_work work;
    bool found;

    if (!uuid_parse_text(uuid, bytes))
        return error_set(err, ERR_USAGE, "'%s' is no UUID", uuid);
    enforce_work_begin(&work, host, INVALID_DOMID, request, &result);
    uuid_format_text(bytes, work.uuid);
    int rc = restart_lock(&work.note, work.uuid, false, &found, err);
    if (rc == 0 && found)
        rc = resume_locked(&work, err);
    if (rc < 0)
        guest_log_error(&work.log, err->message);
    enforce_work_end(&work);
    return rc;
}
