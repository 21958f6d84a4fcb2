/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/enforce_work.h"

#include <libxl_uuid.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "config/config.h"
#include "domain/hooks/hooks.h"
#include "host/release.h"

#define XL_CONF "/etc/xen/xl.conf"
#define DYING_POLL_MS 50

/* The host's defaults; a file that cannot be read must not stop a reboot. */
static void read_defaults(struct xlconf *defaults)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_error struct error err = ERROR_INIT;

    xlconf_init(defaults);
    if (xlconf_read(XL_CONF, defaults, &diags, &err) < 0)
        log_warn("%s; going on with the defaults", err.message);
}

void enforce_work_begin(struct enforce_work *work, struct host *host,
                        uint32_t domid, const struct enforce_request *request,
                        struct enforce_result *result)
{
    *work = (struct enforce_work){
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

void enforce_work_end(struct enforce_work *work)
{
    log_to(NULL, NULL);
    guest_log_end(&work->log);
    restart_leave(&work->note);
    xlconf_dispose(&work->defaults);
}

enum enforce_look enforce_look(struct enforce_work *work, unsigned int *reason)
{
    libxl_dominfo info;
    enum enforce_look look = ENFORCE_LOOK_RUNNING;

    libxl_dominfo_init(&info);
    if (libxl_domain_info(work->host->ctx, &info, work->domid) != 0) {
        libxl_dominfo_dispose(&info);
        return ENFORCE_LOOK_GONE;
    }
    uuid_format_text(libxl_uuid_bytearray_const(&info.uuid), work->uuid);
    *reason = info.shutdown_reason;
    if (info.dying)
        look = ENFORCE_LOOK_GONE;
    else if (info.shutdown)
        look = info.shutdown_reason == LIBXL_SHUTDOWN_REASON_SUSPEND
                   ? ENFORCE_LOOK_SUSPENDED
                   : ENFORCE_LOOK_DOWN;
    libxl_dominfo_dispose(&info);
    return look;
}

/* xenstored tells of a domain that dies, and no more of one that is gone. */
static bool look_whether_gone(const struct enforce_work *work, bool *dying)
{
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    int rc = libxl_domain_info(work->host->ctx, &info, work->domid);
    *dying = rc == 0 && info.dying;
    libxl_dominfo_dispose(&info);
    return rc == ERROR_DOMAIN_NOTFOUND;
}

void enforce_wait_until_gone(struct enforce_work *work, int64_t milliseconds)
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

void enforce_take_log(struct enforce_work *work, const char *name,
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

void enforce_tell_hooks(const struct enforce_work *work,
                        const struct domain_spec *spec, enum hook_event event,
                        const char *cause)
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
