/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One watch tells that some domain ended, one hypercall which: the cost does
 * not grow with the number of domains waited for. A domain counts as dead
 * once it is dying: its memory may be held by others for long.
 */
#include "domain/wait.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "host/release.h"

#define TICK 100 /* milliseconds */

/* What is known of one of them. */
enum stage {
    STAGE_RUNNING,
    STAGE_SHUT_DOWN,
    STAGE_OVER,
};

static const struct domain_info *find(const struct domain_list *list,
                                      uint32_t domid)
{
    VEC_EACH (&list->items, info)
        if (info->domid == domid)
            return info;
    return NULL;
}

static enum stage look_at(const struct wait_request *request, size_t i,
                          enum stage stage, const struct domain_list *list)
{
    const struct domain_info *info = find(list, request->domids[i]);

    if (info == NULL || info->dying) {
        if (request->died != NULL)
            request->died(request->arg, request->domids[i]);
        return STAGE_OVER;
    }
    if (!info->shutdown || stage == STAGE_SHUT_DOWN)
        return stage;
    if (request->shut_down != NULL)
        request->shut_down(request->arg, info->domid, info->shutdown_reason);
    return request->for_death ? STAGE_SHUT_DOWN : STAGE_OVER;
}

/* Looks at those that are left; *left is how many still are. */
static int look_at_all(const struct wait_request *request, enum stage *stages,
                       size_t *left, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_read(&list, 0, err) < 0)
        return -1;
    *left = 0;
    for (size_t i = 0; i < request->count; i++) {
        if (stages[i] != STAGE_OVER)
            stages[i] = look_at(request, i, stages[i], &list);
        *left += stages[i] != STAGE_OVER;
    }
    return 0;
}

static void drop_some(const struct wait_request *request, enum stage *stages,
                      size_t *left)
{
    if (request->is_worth == NULL)
        return;
    for (size_t i = 0; i < request->count; i++)
        if (stages[i] != STAGE_OVER &&
            !request->is_worth(request->arg, request->domids[i])) {
            stages[i] = STAGE_OVER;
            --*left;
        }
}

/* Which ones did not make it in time. */
static int fail_late(const struct wait_request *request,
                     const enum stage *stages, struct error *err)
{
    cleanup_strbuf struct strbuf late = { 0 };

    for (size_t i = 0; i < request->count; i++)
        if (stages[i] != STAGE_OVER)
            strbuf_printf(&late, "%s%u", late.length > 0 ? ", " : "",
                          request->domids[i]);
    return error_set(err, ERR_TIMEOUT, "after %u s not %s: domain %s",
                     request->timeout, request->for_death ? "gone" : "down",
                     late.text);
}

/* Waits for a moment, and looks if some domain ended. */
static int wait_once(const struct wait_request *request,
                     struct release_watch *watch, enum stage *stages,
                     size_t *left, struct error *err)
{
    int time = clock_left_ms(request->deadline);

    if (interrupt_signal() != 0)
        return error_set(err, ERR_FAILED, "interrupted");
    if (time == 0)
        return fail_late(request, stages, err);
    int rc =
        release_watch_wait(watch, time < 0 || time > TICK ? TICK : time, err);
    return rc > 0 ? look_at_all(request, stages, left, err) : rc;
}

int wait_for_ends(const struct wait_request *request, struct error *err)
{
    cleanup_free enum stage *stages =
        mem_zalloc(request->count + 1, sizeof(*stages));
    struct release_watch watch = { 0 };
    size_t left = request->count;

    /* First the watch: what ends after a look is told. */
    int rc = release_watch_open(&watch, err);
    if (rc == 0)
        rc = look_at_all(request, stages, &left, err);
    while (rc == 0 && left > 0) {
        if (request->tick != NULL)
            request->tick(request->arg, left);
        drop_some(request, stages, &left);
        if (left > 0)
            rc = wait_once(request, &watch, stages, &left, err);
    }
    release_watch_close(&watch);
    return rc;
}
