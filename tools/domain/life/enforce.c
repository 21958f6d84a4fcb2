/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The order is what makes a kill harmless: the note is written before the old
 * domain goes, and removed after the new one is whole. Destroying, renaming
 * and creating can each be begun again; what a killed create left is removed
 * by its own note (record.h) first.
 */
#include "domain/life/enforce.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <libxl_utils.h>
#include <libxl_uuid.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/uuid.h"
#include "config/config.h"
#include "config/own_json.h"
#include "domain/core.h"
#include "domain/create.h"
#include "domain/destroy.h"
#include "domain/guest_log.h"
#include "domain/hooks/hooks.h"
#include "domain/life/policy.h"
#include "domain/life/restart.h"
#include "domain/life/supervise.h"
#include "domain/own.h"
#include "domain/record.h"
#include "domain/tally.h"
#include "host/lookup.h"
#include "host/mark.h"
#include "host/operation.h"
#include "host/release.h"
#include "host/stored.h"

#define XL_CONF "/etc/xen/xl.conf"

/* Backends let go of a dead domain's memory within this, or nobody waits. */
#define GONE_PATIENCE_MS 10000
#define DYING_POLL_MS 50
/* Processes that may die over one restart before it is given up. */
#define ATTEMPTS 3u

/* One guest under way. */
struct work {
    struct host *host;
    uint32_t domid; /* of the old domain */
    const struct enforce_request *request;
    struct enforce_result *result;
    struct restart_note note;
    struct xlconf defaults;
    char uuid[UUID_TEXT_SIZE];
    unsigned int short_lives;
    int64_t since_ms;
    struct guest_log log; /* of a worker; has the guest's lines */
};

enum look {
    LOOK_GONE, /* or going */
    LOOK_RUNNING,
    LOOK_SUSPENDED,
    LOOK_DOWN,
};

static enum look look_at(struct work *work, unsigned int *reason)
{
    libxl_dominfo info;
    enum look look = LOOK_RUNNING;

    libxl_dominfo_init(&info);
    if (libxl_domain_info(work->host->ctx, &info, work->domid) != 0) {
        libxl_dominfo_dispose(&info);
        return LOOK_GONE;
    }
    uuid_format_text(libxl_uuid_bytearray_const(&info.uuid), work->uuid);
    *reason = info.shutdown_reason;
    if (info.dying)
        look = LOOK_GONE;
    else if (info.shutdown)
        look = info.shutdown_reason == LIBXL_SHUTDOWN_REASON_SUSPEND
                   ? LOOK_SUSPENDED
                   : LOOK_DOWN;
    libxl_dominfo_dispose(&info);
    return look;
}

/* The host's defaults; a file that cannot be read must not stop a reboot. */
static void read_defaults(struct xlconf *defaults)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_error struct error err = ERROR_INIT;

    xlconf_init(defaults);
    if (xlconf_read(XL_CONF, defaults, &diags, &err) < 0)
        log_warn("%s; going on with the defaults", err.message);
}

static void work_begin(struct work *work, struct host *host, uint32_t domid,
                       const struct enforce_request *request,
                       struct enforce_result *result)
{
    *work = (struct work){
        .host = host,
        .domid = domid,
        .request = request,
        .result = result,
        .note = RESTART_NOTE_INIT,
        .short_lives = request->short_lives,
        .since_ms = request->since_ms,
        .log = GUEST_LOG_INIT,
    };
    *result = (struct enforce_result){ .end = ENFORCE_STILL_THERE,
                                       .domid = INVALID_DOMID };
    read_defaults(&work->defaults);
}

static void work_end(struct work *work)
{
    log_to(NULL, NULL);
    guest_log_end(&work->log);
    restart_leave(&work->note);
    xlconf_dispose(&work->defaults);
}

/* ---- the configuration of the next life ---- */

static int parse_update(struct work *work, const uint8_t *text, int length,
                        struct domain_spec *spec)
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
static void apply_update(struct work *work, struct domain_spec *spec)
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

/* ---- the acts ---- */

static void dump_core(struct work *work, const char *name)
{
    cleanup_free char *path = mem_printf(XEN_DUMP_DIR "/%s", name);
    cleanup_error struct error err = ERROR_INIT;
    struct subject subject = { .host = work->host,
                               .domid = work->domid,
                               .label = name };
    struct core_request request = { .path = path };

    for (char *c = path + sizeof(XEN_DUMP_DIR); *c != '\0'; c++)
        if (*c == '/')
            *c = '_';
    log_info("dumping core to %s", path);
    /* As xl: what the guest was is worth less than that it runs again. */
    if (io_make_dirs(XEN_DUMP_DIR, 0700, &err) < 0 ||
        core_dump(&subject, &request, &err) < 0)
        log_warn("core dump: %s", err.message);
}

/* xl's suffix tells the minute; a second one of that needs the seconds too. */
static int rename_by_time(struct work *work, libxl_domain_create_info *info,
                          bool with_seconds)
{
    char suffix[32] = "";
    time_t now = time(NULL);
    libxl_uuid uuid;
    struct tm utc;

    if (gmtime_r(&now, &utc) == NULL)
        return ERROR_FAIL;
    if (with_seconds)
        strftime(suffix, sizeof(suffix), "-%Y%m%dT%H%M%SZ", &utc);
    else
        strftime(suffix, sizeof(suffix), "-%Y%m%dT%H%MZ", &utc);
    libxl_uuid_generate(&uuid);
    log_info("keeping domain %u as %s%s", work->domid, info->name, suffix);
    return libxl_domain_preserve(work->host->ctx, work->domid, info, suffix,
                                 uuid);
}

/* Gives the name free for the next life, and the old domain out of hand. */
static int keep_under_other_name(struct work *work,
                                 libxl_domain_create_info *info,
                                 struct error *err)
{
    cleanup_free char *name = lookup_name(work->host, work->domid);
    int rc = 0;

    if (strcmp(name, info->name) == 0) {
        host_log_forget(&work->host->log);
        rc = rename_by_time(work, info, false);
        if (rc != 0)
            rc = rename_by_time(work, info, true);
    }
    if (rc != 0)
        return host_fail(work->host, err, ERR_FAILED, rc,
                         "keeping domain %u under another name", work->domid);
    return mark_remove(work->domid, err);
}

/* xenstored tells of a domain that dies, and no more of one that is gone. */
static bool look_whether_gone(const struct work *work, bool *dying)
{
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    int rc = libxl_domain_info(work->host->ctx, &info, work->domid);
    *dying = rc == 0 && info.dying;
    libxl_dominfo_dispose(&info);
    return rc == ERROR_DOMAIN_NOTFOUND;
}

static void wait_until_gone(struct work *work, int64_t milliseconds)
{
    int64_t end = clock_deadline(milliseconds);
    struct release_watch watch = { 0 };
    bool dying;

    if (release_watch_open(&watch, NULL) < 0)
        return;
    while (!look_whether_gone(work, &dying) && !clock_is_past(end) &&
           interrupt_signal() == 0) {
        int left = clock_left_ms(end);
        if (dying && left > DYING_POLL_MS)
            left = DYING_POLL_MS;
        if (release_watch_wait(&watch, left, NULL) < 0)
            break;
    }
    release_watch_close(&watch);
}

static int clear_the_place(struct work *work, const struct restart_plan *plan,
                           libxl_domain_create_info *info, struct error *err)
{
    char uuid[UUID_TEXT_SIZE];
    unsigned int reason;

    memcpy(uuid, work->uuid, sizeof(uuid));
    /* The number may have been given to another domain since. */
    if (look_at(work, &reason) == LOOK_GONE || strcmp(uuid, work->uuid) != 0)
        return 0;
    if (plan->rename)
        return keep_under_other_name(work, info, err);
    if (domain_destroy(work->host, work->domid, err) < 0)
        return -1;
    /* A dying domain still holds memory that the next life needs. */
    wait_until_gone(work, GONE_PATIENCE_MS);
    return 0;
}

/*
 * What a guest wants to have in its log, and where that is. In the foreground
 * people read it on standard error.
 */
static void take_log(struct work *work, const char *name,
                     const struct domain_own *own)
{
    struct log_choice choice = guest_log_choice(own);

    if (!work->request->supervise || work->log.name != NULL) {
        if (choice.has_level)
            log_set_level(choice.level);
        return;
    }
    guest_log_begin(&work->log, name, &choice);
    log_set_level(work->log.level);
    log_to(guest_log_write, &work->log);
}

/* What cannot be read must not stop a reboot. */
static void recall_own(const struct restart_plan *plan, struct domain_own *own)
{
    cleanup_error struct error err = ERROR_INIT;

    if (own_from_json(plan->own_json, strlen(plan->own_json), own, &err) < 0)
        log_warn("%s", err.message);
}

static void tell_hooks(const struct work *work, const struct domain_spec *spec,
                       enum hook_event event, const char *cause)
{
    struct hook_call call = {
        .event = event,
        .name = spec->config.c_info.name,
        .uuid = work->uuid,
        .domid = work->domid,
        .own = spec->own.hooks,
        .log = guest_log_choice(&spec->own),
        .cause = cause,
    };

    hooks_tell(&hook_place_of_host, &call);
}

/* From a written note to a new domain; can be begun again at any time. */
static int carry_out(struct work *work, const struct restart_plan *plan,
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
    take_log(work, plan->name, &spec.own);
    if (clear_the_place(work, plan, &spec.config.c_info, err) < 0)
        return -1; /* the note stays, for another attempt */
    work->result->end = ENFORCE_GONE;
    rc = domain_create(work->host, &request, &work->result->domid, err);
    restart_end(&work->note);
    if (rc < 0) {
        tell_hooks(work, &spec, HOOK_STOPPED, "failed");
        return -1;
    }
    work->result->end = ENFORCE_RESTARTED;
    work->result->short_lives = plan->short_lives;
    tally_add(TALLY_FILE, &(struct tallies){ .of[TALLY_RESTARTS] = 1 });
    log_info("%s is domain %u now", plan->name, work->result->domid);
    return 0;
}

static int restart(struct work *work, struct domain_spec *spec,
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

static int reset_in_place(struct work *work, libxl_domain_config *config,
                          struct error *err)
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

static int soft_reset(struct work *work, struct domain_spec *spec,
                      const struct policy_decision *decision, struct error *err)
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

static int act(struct work *work, struct domain_spec *spec,
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
        return restart(work, spec, decision, err);
    case POLICY_SOFT_RESET:
        return soft_reset(work, spec, decision, err);
    }
    return 0;
}

/* ---- from a shutdown to its act ---- */

/* While the domain is still there, so that they can look at it. */
static void tell_hooks_of_end(const struct work *work,
                              const struct domain_spec *spec,
                              unsigned int reason)
{
    const char *cause = policy_reason_name(reason);

    if (reason == LIBXL_SHUTDOWN_REASON_REBOOT)
        tell_hooks(work, spec, HOOK_REBOOT, cause);
    else if (reason == LIBXL_SHUTDOWN_REASON_CRASH ||
             reason == LIBXL_SHUTDOWN_REASON_WATCHDOG)
        tell_hooks(work, spec, HOOK_CRASHED, cause);
}

static unsigned int limit_of(const struct domain_own *own)
{
    return own->restart_limit == OWN_RESTART_UNSET
               ? POLICY_SHORT_LIVES
               : (unsigned int)own->restart_limit;
}

static void say_decision(const struct work *work,
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
static bool wait_before_restart(struct work *work, int64_t milliseconds)
{
    unsigned int reason;

    log_info("waiting for %g s", (double)milliseconds / 1e3);
    wait_until_gone(work, milliseconds);
    if (look_at(work, &reason) == LOOK_DOWN && interrupt_signal() == 0)
        return true;
    work->result->end = ENFORCE_GONE;
    restart_end(&work->note);
    return false;
}

static int decide_and_act(struct work *work, unsigned int reason,
                          struct error *err)
{
    cleanup_error struct error own = ERROR_INIT;
    cleanup_domain_spec struct domain_spec spec;

    domain_spec_init(&spec);
    if (stored_config_read(work->host, work->domid, &spec.config, err) < 0)
        return -1;
    if (own_recall(work->host, work->domid, &spec.own, &own) < 0)
        log_warn("%s; going on without", own.message);
    take_log(work, spec.config.c_info.name, &spec.own);
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
        dump_core(work, spec.config.c_info.name);
    tell_hooks_of_end(work, &spec, reason);
    if (decision.delay_ms > 0 && !wait_before_restart(work, decision.delay_ms))
        return 0;
    int rc = act(work, &spec, &decision, err);
    if (rc == 0)
        restart_end(&work->note);
    if (rc == 0 && decision.act == POLICY_DESTROY)
        tell_hooks(work, &spec, HOOK_STOPPED, policy_reason_name(reason));
    return rc;
}

static int take_up(struct work *work, struct restart_plan *plan,
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

/* false: it is not, or no longer, ours to act on. */
static bool read_mark(struct work *work, struct error *err, int *rc)
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
static int act_if_still_down(struct work *work, struct error *err)
{
    cleanup_restart_plan struct restart_plan plan = { 0 };
    unsigned int reason;
    int rc = 0;

    bool left =
        restart_read(&work->note, &plan) && plan.old_domid == work->domid;
    enum look look = look_at(work, &reason);
    if (look == LOOK_DOWN && left)
        return take_up(work, &plan, err);
    if (look == LOOK_DOWN && read_mark(work, err, &rc))
        return decide_and_act(work, reason, err);
    if (look == LOOK_GONE)
        work->result->end = ENFORCE_GONE;
    if (!left)
        restart_end(&work->note);
    return rc;
}

int enforce_policy(struct host *host, uint32_t domid,
                   const struct enforce_request *request,
                   struct enforce_result *result, struct error *err)
{
    struct work work;
    unsigned int reason;
    bool found;
    int rc = 0;

    work_begin(&work, host, domid, request, result);
    enum look look = look_at(&work, &reason);
    if (look == LOOK_GONE)
        result->end = ENFORCE_GONE;
    if (look == LOOK_DOWN)
        rc = restart_lock(&work.note, work.uuid, true, &found, err);
    if (look == LOOK_DOWN && rc == 0)
        rc = act_if_still_down(&work, err);
    if (rc < 0)
        guest_log_error(&work.log, err->message);
    work_end(&work);
    return rc;
}

/* ---- after a kill ---- */

/* Whether the guest lives already: made whole before its maker was killed. */
static bool is_alive(struct work *work)
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

static int resume_locked(struct work *work, struct error *err)
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
    return take_up(work, &plan, err);
}

int enforce_resume(struct host *host, const char *uuid,
                   const struct enforce_request *request, struct error *err)
{
    struct enforce_result result;
    uint8_t bytes[UUID_BYTES];
    struct work work;
    bool found;

    if (!uuid_parse_text(uuid, bytes))
        return error_set(err, ERR_USAGE, "'%s' is no UUID", uuid);
    work_begin(&work, host, INVALID_DOMID, request, &result);
    uuid_format_text(bytes, work.uuid);
    int rc = restart_lock(&work.note, work.uuid, false, &found, err);
    if (rc == 0 && found)
        rc = resume_locked(&work, err);
    if (rc < 0)
        guest_log_error(&work.log, err->message);
    work_end(&work);
    return rc;
}
