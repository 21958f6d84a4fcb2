/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/foreground.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "domain/life/enforce.h"
#include "host/release.h"

/* A signal that comes between a look at it and the wait is seen after this. */
#define TICK_MS 500

static bool needs_action(struct host *host, uint32_t domid)
{
    libxl_dominfo info;
    bool needs;

    libxl_dominfo_init(&info);
    if (libxl_domain_info(host->ctx, &info, domid) != 0)
        needs = true;
    else
        needs = info.dying ||
                (info.shutdown &&
                 info.shutdown_reason != LIBXL_SHUTDOWN_REASON_SUSPEND);
    libxl_dominfo_dispose(&info);
    return needs;
}

static int wait_for_end(struct host *host, uint32_t domid, struct error *err)
{
    struct release_watch watch = { 0 };

    int rc = release_watch_open(&watch, err);
    while (rc >= 0 && !(rc > 0 && needs_action(host, domid))) {
        if (interrupt_signal() != 0)
            rc = error_set(err, ERR_FAILED,
                           "interrupted: domain %u goes on, with nobody to "
                           "restart it",
                           domid);
        else
            rc = release_watch_wait(&watch, TICK_MS, err);
    }
    release_watch_close(&watch);
    return rc < 0 ? -1 : 0;
}

int supervise_foreground(struct host *host, uint32_t domid, struct error *err)
{
    struct enforce_request request = { .since_ms = clock_now_ms() };
    struct enforce_result result;

    if (interrupt_install(err) < 0)
        return -1;
    for (;;) {
        if (wait_for_end(host, domid, err) < 0 ||
            enforce_policy(host, domid, &request, &result, err) < 0)
            return -1;
        if (result.end == ENFORCE_GONE || result.end == ENFORCE_PRESERVED)
            return 0;
        if (result.end == ENFORCE_RESTARTED) {
            domid = result.domid;
            request.since_ms = clock_now_ms();
            request.short_lives = result.short_lives;
        }
    }
}
