/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/guests.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include <libxl_event.h>
#include <libxl_utils.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/paths.h"
#include "base/uuid.h"
#include "domain/guest_log.h"
#include "domain/life/policy.h"
#include "domain/life/restart.h"
#include "domain/own.h"
#include "domain/transfer/away_note.h"
#include "domain/transfer/outgoing.h"
#include "host/domains.h"
#include "host/lookup.h"
#include "host/mark.h"
#include "host/xenstore.h"
#include "xnd/device_model.h"
#include "xnd/events.h"
#include "xnd/journal.h"
#include "xnd/media.h"
#include "xnd/rules.h"
#include "xnd/worker.h"

/* Workers that may fail over one shutdown, and the pause between them. */
#define ATTEMPTS 3u
#define RETRY_MS 1000u

/* Between two looks at a guest that stands suspended. */
#define SUSPENDED_MS 1000u

struct guest {
    uv_timer_t retry;
    struct xnd *xnd;
    uint32_t domid;
    char *name; /* at adoption, for the journal; owned */
    libxl_evgen_domain_death *events;
    unsigned int attempts; /* workers that failed */
    int worker;            /* its pid, 0 for none */
    struct device_model *model;
    bool model_died;
    struct media media;
    bool has_hooks; /* its own key names some */
    bool has_console_cap;
    uint64_t console_cap; /* bytes */
    struct log_choice log;
};

struct guests {
    VEC(struct guest *) list;
    unsigned int failed_resumes; /* in a row */
};

enum look {
    LOOK_GONE,
    LOOK_UNMARKED, /* down, and to be left as it is */
    LOOK_RUNNING,
    LOOK_SUSPENDED,
    LOOK_DOWN,
};

static struct guest *find(const struct xnd *xnd, uint32_t domid)
{
    VEC_EACH (&xnd->guests->list, guest)
        if ((*guest)->domid == domid)
            return *guest;
    return NULL;
}

static void tell_of(const struct guest *guest, const char *what)
{
    journal_about(&guest->log, guest->name, LOG_LEVEL_INFO, "domain %u (%s) %s",
                  guest->domid, guest->name, what);
}

static void warn_of(const struct guest *guest, const char *what)
{
    journal_about(&guest->log, guest->name, LOG_LEVEL_WARN,
                  "domain %u (%s): %s", guest->domid, guest->name, what);
}

static void guest_free(uv_handle_t *handle)
{
    struct guest *guest = handle->data;

    free(guest->name);
    free(guest);
}

static void close_guest(struct guest *guest)
{
    if (guest->events != NULL)
        libxl_evdisable_domain_death(guest->xnd->host.ctx, guest->events);
    media_unwatch(guest->xnd, &guest->media);
    device_model_unwatch(guest->model);
    uv_close((uv_handle_t *)&guest->retry, guest_free);
}

static void forget(struct guest *guest)
{
    struct xnd *xnd = guest->xnd;
    struct guests *guests = xnd->guests;

    for (size_t i = 0; i < guests->list.count; i++)
        if (guests->list.items[i] == guest) {
            guests->list.items[i] = guests->list.items[--guests->list.count];
            break;
        }
    rules_unwatch_guest(xnd, guest->domid);
    close_guest(guest);
    xnd_reconsider(xnd);
}

static enum look look_at(const struct guest *guest, unsigned int *reason)
{
    struct mark mark;
    bool marked = true;
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    int rc = libxl_domain_info(guest->xnd->host.ctx, &info, guest->domid);
    *reason = info.shutdown_reason;
    bool gone = rc != 0 || info.dying, down = info.shutdown;
    libxl_dominfo_dispose(&info);
    if (gone)
        return LOOK_GONE;
    if (!down)
        return LOOK_RUNNING;
    if (*reason == LIBXL_SHUTDOWN_REASON_SUSPEND)
        return LOOK_SUSPENDED;
    if (mark_read(guest->domid, &mark, &marked, NULL) == 0 && !marked)
        return LOOK_UNMARKED;
    return LOOK_DOWN;
}

/*
 * libxl reports one shutdown per request, so one is made anew where another
 * can follow: after a suspend, after a soft reset. The new one first: without
 * any libxl drops its watch, and a fresh watch fires at once.
 */
static int arm(struct guest *guest, struct error *err)
{
    libxl_ctx *ctx = guest->xnd->host.ctx;
    libxl_evgen_domain_death *events = NULL;

    host_log_forget(&guest->xnd->host.log);
    int rc = libxl_evenable_domain_death(ctx, guest->domid, 0, &events);
    if (rc != 0)
        return host_fail(&guest->xnd->host, err, ERR_HOST, rc,
                         "watching domain %u", guest->domid);
    if (guest->events != NULL)
        libxl_evdisable_domain_death(ctx, guest->events);
    guest->events = events;
    return 0;
}

static void rearm(struct guest *guest)
{
    cleanup_error struct error err = ERROR_INIT;

    if (arm(guest, &err) < 0)
        journal_warn("%s", err.message);
}

/* ---- workers ---- */

static void consider(struct guest *guest);
static void retry_due(uv_timer_t *timer);
static void resume_restarts(struct xnd *xnd);

static void act_ended(struct xnd *xnd, void *arg, bool ok)
{
    struct guest *guest = arg;

    guest->worker = 0;
    if (!ok) {
        guest->attempts++;
        resume_restarts(xnd);
    }
    consider(guest);
}

static void start_worker(struct guest *guest, const char *const *words)
{
    cleanup_close int log_fd = guest_log_open_shared(guest->name, &guest->log);
    cleanup_error struct error err = ERROR_INIT;
    struct worker_start start = {
        .words = words,
        .log_fd = log_fd,
        .ended = act_ended,
        .arg = guest,
    };

    if (worker_spawn(guest->xnd, &start, &guest->worker, &err) == 0)
        return;
    warn_of(guest, err.message);
    guest->attempts++;
    consider(guest);
}

static void start_policy(struct guest *guest)
{
    cleanup_free char *domid = mem_printf("%u", guest->domid);
    const char *const words[] = { "policy", domid, NULL };

    start_worker(guest, words);
}

/*
 * A migration that was killed with all its processes may leave its guest
 * suspended; unless another host may have it, it goes on.
 */
static void look_after_suspended(struct guest *guest)
{
    cleanup_free char *uuid = outgoing_uuid(guest->domid, NULL);
    const char *const words[] = { "migrate", "--recover", uuid, NULL };
    enum away_note_state state =
        uuid != NULL ? away_note_look(uuid) : AWAY_NOTE_NONE;

    if (state == AWAY_NOTE_HELD) {
        uv_timer_start(&guest->retry, retry_due, SUSPENDED_MS, 0);
    } else if (state == AWAY_NOTE_LEFT && guest->attempts < ATTEMPTS) {
        tell_of(guest, "goes on: its migration was killed");
        start_worker(guest, words);
    }
}

static void retry_due(uv_timer_t *timer)
{
    struct guest *guest = timer->data;
    unsigned int reason;

    if (guest->worker != 0)
        return;
    enum look look = look_at(guest, &reason);
    if (look == LOOK_DOWN)
        start_policy(guest);
    else if (look == LOOK_SUSPENDED)
        look_after_suspended(guest);
    else
        consider(guest);
}

static void act(struct guest *guest, unsigned int reason)
{
    if (guest->attempts >= ATTEMPTS) {
        cleanup_free char *text = mem_printf(
            "given up after %u workers; it stays shut down", guest->attempts);
        warn_of(guest, text);
        forget(guest);
    } else if (guest->attempts == 0) {
        cleanup_free char *text =
            mem_printf("shut down: %s", policy_reason_name(reason));
        tell_of(guest, text);
        start_policy(guest);
    } else if (!uv_is_active((uv_handle_t *)&guest->retry)) {
        uv_timer_start(&guest->retry, retry_due, RETRY_MS, 0);
    }
}

/* Looks where the guest stands and does what is due. */
static void consider(struct guest *guest)
{
    unsigned int reason = 0;

    if (guest->worker != 0)
        return;
    switch (look_at(guest, &reason)) {
    case LOOK_GONE:
        tell_of(guest, "is gone");
        forget(guest);
        break;
    case LOOK_UNMARKED:
        tell_of(guest, "is left as it is");
        forget(guest);
        break;
    case LOOK_RUNNING:
        guest->attempts = 0;
        break;
    case LOOK_SUSPENDED:
        rearm(guest);
        if (!uv_is_active((uv_handle_t *)&guest->retry))
            uv_timer_start(&guest->retry, retry_due, SUSPENDED_MS, 0);
        break;
    case LOOK_DOWN:
        act(guest, reason);
        break;
    }
}

/* ---- the device model, drives ---- */

static void say_in_guest_log(const struct guest *guest, const char *text)
{
    struct guest_log log;

    guest_log_begin(&log, guest->name, &guest->log);
    log.outputs &= (unsigned int)LOG_TO_FILE; /* the journal's line is theirs */
    guest_log_write(&log, LOG_LEVEL_WARN, text);
    guest_log_end(&log);
}

/* The guest goes on without its emulated devices; what to do is for people. */
static void model_died(void *arg)
{
    struct guest *guest = arg;
    unsigned int reason;

    if (look_at(guest, &reason) != LOOK_RUNNING)
        return;
    guest->model_died = true;
    warn_of(guest, "its device model died");
    say_in_guest_log(guest, "the device model died: emulated devices, the "
                            "serial port and VNC are gone until a restart");
    events_tell(guest->xnd, guest->domid, EVENT_DEVICE_MODEL_DIED, NULL, NULL);
}

/* Anew after a soft reset, which replaces both. */
static void watch_devices(struct guest *guest)
{
    struct xnd *xnd = guest->xnd;

    device_model_unwatch(guest->model);
    guest->model = device_model_watch(xnd, guest->domid, model_died, guest);
    guest->model_died = false;
    media_unwatch(xnd, &guest->media);
    media_watch(xnd, guest->domid, &guest->media);
}

/* ---- adoption ---- */

void guests_notice(struct xnd *xnd, uint32_t domid)
{
    struct guest *guest = find(xnd, domid);

    if (guest != NULL)
        consider(guest);
}

void guests_eject(struct xnd *xnd, uint32_t domid, uint64_t drive)
{
    struct guest *guest = find(xnd, domid);

    if (guest != NULL)
        media_eject(xnd, &guest->media, domid, drive);
}

uint64_t guests_console_cap(const struct xnd *xnd, const char *name,
                            uint64_t host_cap)
{
    VEC_EACH (&xnd->guests->list, guest) {
        const struct guest *known = *guest;
        if (strcmp(known->name, name) == 0 && known->has_console_cap)
            return known->console_cap;
    }
    return host_cap;
}

/* From the guest's own keys; without them the host's limits hold. */
static void recall_own(struct guest *guest)
{
    cleanup_domain_spec struct domain_spec spec;
    cleanup_error struct error err = ERROR_INIT;

    domain_spec_init(&spec);
    if (own_recall(&guest->xnd->host, guest->domid, &spec.own, &err) < 0)
        journal_warn("%s", err.message);
    guest->has_hooks = spec.own.hooks != NULL;
    guest->has_console_cap =
        spec.own.console_log_off || spec.own.console_log != 0;
    guest->console_cap = spec.own.console_log;
    guest->log = guest_log_choice(&spec.own);
}

static struct guest *guest_new(struct xnd *xnd, uint32_t domid)
{
    struct guest *guest = MEM_NEW(struct guest);

    guest->xnd = xnd;
    guest->domid = domid;
    guest->name = lookup_name(&xnd->host, domid);
    uv_timer_init(&xnd->loop, &guest->retry);
    guest->retry.data = guest;
    recall_own(guest);
    VEC_PUSH(&xnd->guests->list, guest);
    rules_watch_guest(xnd, domid, guest->has_hooks);
    xnd_reconsider(xnd);
    return guest;
}

int guests_adopt(struct xnd *xnd, uint32_t domid, struct error *err)
{
    struct guest *guest = find(xnd, domid);
    bool is_new = guest == NULL;

    if (libxl_domain_info(xnd->host.ctx, NULL, domid) != 0)
        return error_set(err, ERR_NODOMAIN, "no domain %u", domid);
    if (is_new)
        guest = guest_new(xnd, domid);
    if (arm(guest, err) < 0) {
        if (is_new)
            forget(guest);
        return -1;
    }
    if (is_new)
        tell_of(guest, "adopted");
    watch_devices(guest);
    /* libxl's watch may stand already, and then tells of later ends only. */
    consider(guest);
    return 0;
}

static int find_marked(struct xenstore_reads *marks, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_read(&list, 0, err) < 0)
        return -1;
    VEC_EACH (&list.items, info)
        xenstore_reads_add(marks, MARK_PATH, info->domid);
    if (xenstore_reads_run(marks, err) < 0)
        return -1;
    return 0;
}

static bool parse_domid(const char *path, uint32_t *domid)
{
    cleanup_free char *copy = mem_strdup(path);
    char *number = copy + strlen("/libxl/");

    number[strcspn(number, "/")] = '\0';
    return number_parse_u32(number, domid);
}

int guests_adopt_marked(struct xnd *xnd, struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads marks = { 0 };
    uint32_t domid;

    if (find_marked(&marks, err) < 0)
        return -1;
    VEC_EACH (&marks.list, mark) {
        cleanup_error struct error adopt = ERROR_INIT;
        if (mark->value == NULL || !parse_domid(mark->path, &domid))
            continue;
        if (guests_adopt(xnd, domid, &adopt) < 0)
            journal_warn("%s", adopt.message);
    }
    resume_restarts(xnd);
    return 0;
}

/* ---- restarts that were killed half way ---- */

static void resume_ended(struct xnd *xnd, void *arg, bool ok)
{
    unsigned int *failed = &xnd->guests->failed_resumes;

    *failed = ok ? 0 : *failed + 1;
    /* A note that is still there is taken up again, but not for ever. */
    if (!ok && *failed < ATTEMPTS)
        resume_restarts(xnd);
}

static void resume_one(struct xnd *xnd, const char *uuid)
{
    cleanup_error struct error err = ERROR_INIT;
    const char *const words[] = { "policy", "--resume", uuid, NULL };
    struct worker_start start = {
        .words = words,
        .log_fd = -1,
        .ended = resume_ended,
    };

    journal("taking up the restart of the guest %s", uuid);
    if (worker_spawn(xnd, &start, NULL, &err) < 0)
        journal_warn("%s", err.message);
}

/* One that somebody is still at makes its worker wait, and find it done. */
static void resume_restarts(struct xnd *xnd)
{
    DIR *folder = opendir(RESTART_FOLDER);
    uint8_t uuid[UUID_BYTES];

    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (uuid_parse_text(entry->d_name, uuid))
            resume_one(xnd, entry->d_name);
    closedir(folder);
}

/* ---- all of them ---- */

void guests_open(struct xnd *xnd)
{
    xnd->guests = MEM_NEW(struct guests);
}

void guests_close(struct xnd *xnd)
{
    VEC_EACH (&xnd->guests->list, guest)
        close_guest(*guest);
    VEC_DISPOSE(&xnd->guests->list);
    free(xnd->guests);
    xnd->guests = NULL;
}

size_t guests_count(const struct xnd *xnd)
{
    return xnd->guests->list.count;
}

void guests_report(const struct xnd *xnd, struct json_writer *json)
{
    json_begin_array(json);
    VEC_EACH (&xnd->guests->list, item) {
        const struct guest *guest = *item;
        json_begin_object(json);
        json_add_uint(json, "domid", guest->domid);
        json_add_string(json, "name", guest->name);
        if (guest->worker != 0)
            json_add_int(json, "worker", guest->worker);
        if (guest->model_died)
            json_add_bool(json, "device_model_died", true);
        json_end_object(json);
    }
    json_end_array(json);
}
