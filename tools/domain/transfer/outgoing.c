/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/outgoing.h"

#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "domain/destroy.h"
#include "domain/hooks/hooks.h"
#include "domain/memory.h"
#include "domain/own.h"
#include "domain/transfer/saved_config.h"
#include "domain/worker.h"
#include "host/log_dirty.h"
#include "host/lookup.h"
#include "host/stored.h"

/* xl's, which other tools look for. */
#define AWAY "--migratedaway"

/* What a killed worker left may end by itself, ms. */
#define ORPHAN_PATIENCE_MS 2000
/* A guest that was asked to suspend does so within this, or not at all. */
#define LATE_SUSPEND_MS 4000

static const libxl_childproc_hooks leave_other_children = {
    .chldowner = libxl_sigchld_owner_libxl_always_selective_reap,
};

void outgoing_prepare(struct host *host)
{
    libxl_childproc_setmode(host->ctx, &leave_other_children, NULL);
}

/* What libxl and we keep of it, as it would be made again. */
static int recall_spec(struct host *host, uint32_t domid, bool keep_domid,
                       struct domain_spec *spec, struct error *err)
{
    if (stored_config_read(host, domid, &spec->config, err) < 0 ||
        own_recall(host, domid, &spec->own, err) < 0)
        return -1;
    spec->config.c_info.domid = keep_domid ? domid : 0;
    return 0;
}

/* What it has yet to give back counts as its own. */
static void raise_target(struct host *host, uint32_t domid,
                         libxl_domain_build_info *build)
{
    uint64_t kib = memory_present(host, domid);

    if (kib > build->max_memkb)
        kib = build->max_memkb;
    if (kib > build->target_memkb)
        build->target_memkb = kib;
}

char *outgoing_config(struct host *host, uint32_t domid, bool keep_domid,
                      bool for_xl, struct error *err)
{
    cleanup_domain_spec struct domain_spec spec;

    domain_spec_init(&spec);
    if (recall_spec(host, domid, keep_domid, &spec, err) < 0)
        return NULL;
    if (for_xl)
        raise_target(host, domid, &spec.config.b_info);
    cleanup_free char *json =
        libxl_domain_config_to_json(host->ctx, &spec.config);
    if (json != NULL)
        return saved_config_make(json, &spec.own);
    error_set(err, ERR_FAILED, "its configuration as JSON");
    return NULL;
}

static bool is_pv(struct host *host, uint32_t domid)
{
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    bool pv = libxl_domain_info(host->ctx, &info, domid) == 0 &&
              info.domain_type == LIBXL_DOMAIN_TYPE_PV;
    libxl_dominfo_dispose(&info);
    return pv;
}

static bool has_shadow_paging(struct host *host)
{
    libxl_physinfo info;

    libxl_physinfo_init(&info);
    bool has = libxl_get_physinfo(host->ctx, &info) == 0 && info.cap_shadow;
    libxl_physinfo_dispose(&info);
    return has;
}

int outgoing_live_flag(struct host *host, uint32_t domid)
{
    if (!is_pv(host, domid) || has_shadow_paging(host))
        return LIBXL_SUSPEND_LIVE;
    log_warn("domain %u stands still meanwhile: this Xen has no shadow paging, "
             "which a PV guest needs to run on",
             domid);
    return 0;
}

/* libxl only says that it failed; the guest was not asked to suspend. */
static int explain_busy(const struct rounds *rounds, struct error *err)
{
    error_set(err, ERR_STATE,
              "the guest changes its memory faster than it can be sent: after "
              "%u rounds it would stand still for about %.1f s",
              rounds->count, (double)rounds->rest_ms / 1000);
    error_hint(err, "allow that with --max-downtime, or leave out "
                    "--abort-if-busy");
    return -1;
}

enum outgoing_fate outgoing_fate(struct host *host, uint32_t domid)
{
    enum outgoing_fate fate = OUTGOING_THERE;
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    if (libxl_domain_info(host->ctx, &info, domid) != 0 || info.dying)
        fate = OUTGOING_GONE;
    else if (info.shutdown &&
             info.shutdown_reason != LIBXL_SHUTDOWN_REASON_SUSPEND)
        fate = OUTGOING_SHUT_DOWN;
    libxl_dominfo_dispose(&info);
    return fate;
}

struct waiting {
    struct host *host;
    uint32_t domid;
};

static bool has_ended(void *data)
{
    const struct waiting *waiting = data;

    return outgoing_fate(waiting->host, waiting->domid) != OUTGOING_THERE;
}

int outgoing_wait(struct operation *op, uint32_t domid, int started)
{
    struct waiting waiting = { op->host, domid };

    op->is_pointless = has_ended;
    op->data = &waiting;
    return operation_wait(op, started, OPERATION_NO_DEADLINE);
}

/* true if the guest's end is why it was not written. */
static bool explain_end(enum outgoing_fate fate, struct error *err)
{
    if (fate == OUTGOING_GONE)
        error_set(err, ERR_NODOMAIN, "the guest was destroyed meanwhile");
    else if (fate == OUTGOING_SHUT_DOWN)
        error_set(err, ERR_STATE, "the guest shut down meanwhile");
    return fate != OUTGOING_THERE;
}

int outgoing_write(struct host *host, uint32_t domid, int out, int flags,
                   struct save_helper *helper, struct rounds *rounds,
                   struct error *err)
{
    struct operation op;

    operation_begin(&op, host);
    int rc = libxl_domain_suspend(host->ctx, domid, out, flags, &op.how);
    rc = outgoing_wait(&op, domid, rc);
    rounds_pipe_read(&helper->told, rounds);
    if (rc != 0 && interrupt_signal() == 0 &&
        explain_end(outgoing_fate(host, domid), err))
        return -1;
    if (rc != 0 && rounds->busy && interrupt_signal() == 0)
        return explain_busy(rounds, err);
    if (rc != 0)
        outgoing_await_late_suspend(host, domid);
    if (rc == ERROR_ABORTED || interrupt_signal() != 0)
        return error_set(err, ERR_FAILED, "interrupted");
    return rc == 0 ? 0 : host_fail(host, err, ERR_FAILED, rc, "suspend");
}

char *outgoing_uuid(uint32_t domid, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    char text[UUID_TEXT_SIZE];

    if (domain_list_add(&list, domid, 0, err) < 0)
        return NULL;
    uuid_format_text(list.items.items[0].uuid, text);
    return mem_strdup(text);
}

bool outgoing_is_suspended(struct host *host, uint32_t domid)
{
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    bool suspended = libxl_domain_info(host->ctx, &info, domid) == 0 &&
                     info.shutdown &&
                     info.shutdown_reason == LIBXL_SHUTDOWN_REASON_SUSPEND;
    libxl_dominfo_dispose(&info);
    return suspended;
}

void outgoing_await_late_suspend(struct host *host, uint32_t domid)
{
    int64_t end = clock_deadline(LATE_SUSPEND_MS);

    while (!outgoing_is_suspended(host, domid) && !clock_is_past(end) &&
           outgoing_fate(host, domid) == OUTGOING_THERE)
        clock_sleep_ms(50);
}

int outgoing_resume(struct host *host, uint32_t domid, struct error *err)
{
    if (!outgoing_is_suspended(host, domid))
        return 0;
    host_log_forget(&host->log);
    int rc = libxl_domain_resume(host->ctx, domid, 1, NULL);
    if (rc == 0)
        return 0;
    return host_fail(host, err, ERR_FAILED, rc, "resume domain %u", domid);
}

void outgoing_recover(struct host *host, uint32_t domid)
{
    cleanup_error struct error err = ERROR_INIT;

    interrupt_clear();
    log_dirty_end(domid);
    if (outgoing_step_back(host, domid, &err) < 0)
        log_warn("%s", err.message);
    error_dispose(&err);
    if (outgoing_resume(host, domid, &err) < 0)
        log_warn("%s", err.message);
}

static int rename_domain(struct host *host, uint32_t domid, const char *from,
                         const char *to, struct error *err)
{
    host_log_forget(&host->log);
    int rc = libxl_domain_rename(host->ctx, domid, from, to);
    if (rc == 0)
        return 0;
    return host_fail(host, err, ERR_FAILED, rc, "rename to '%s'", to);
}

int outgoing_step_aside(struct host *host, uint32_t domid, struct error *err)
{
    cleanup_free char *name = lookup_name(host, domid);
    cleanup_free char *away = mem_printf("%s" AWAY, name);

    return name[0] != '\0' ? rename_domain(host, domid, name, away, err) : 0;
}

int outgoing_step_back(struct host *host, uint32_t domid, struct error *err)
{
    cleanup_free char *away = lookup_name(host, domid);
    size_t length = strlen(away), suffix = strlen(AWAY);

    if (length <= suffix || strcmp(away + length - suffix, AWAY) != 0)
        return 0;
    cleanup_free char *name = mem_strndup(away, length - suffix);
    return rename_domain(host, domid, away, name, err);
}

int outgoing_let_go(struct host *host, uint32_t domid, struct hook_guest *guest,
                    struct error *err)
{
    hook_guest_read(guest, host, domid);
    char *away = strstr(guest->name, AWAY);
    if (away != NULL && strcmp(away, AWAY) == 0)
        *away = '\0';
    return domain_destroy(host, domid, err);
}

void outgoing_tell_gone(const struct hook_guest *guest, const char *peer)
{
    struct hook_call call = hook_guest_call(guest, HOOK_MIGRATE_OUT, NULL);

    /* Gone before it could be read: whoever destroyed it has told of it. */
    if (guest->name[0] == '\0')
        return;
    call.peer = peer;
    hooks_tell(&hook_place_of_host, &call);
}

void outgoing_end_orphans(void)
{
    if (!worker_wait_orphans(ORPHAN_PATIENCE_MS))
        worker_kill_orphans();
}
