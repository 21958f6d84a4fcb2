/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor's events say when to look; Xen says how things are. A state
 * that lasted for a moment only is known from its event.
 */
#include "domain/await.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "base/uuid.h"
#include "domain/life/restart.h"
#include "domain/life/supervisor.h"

#include <libxl.h>

/* A pause and an unpause by another toolstack make no event. */
#define LOOK_AGAIN_MS 1000

static const struct {
    const char *word;
    const char *events[4]; /* that end in it; ends with NULL */
} states[] = {
    [AWAIT_EXISTS] = { "exists", { "created" } },
    [AWAIT_RUNNING] = { "running", { "started", "unpaused", "resumed" } },
    [AWAIT_PAUSED] = { "paused", { "paused" } },
    [AWAIT_DOWN] = { "down", { "shutdown", "rebooting", "crashed" } },
    [AWAIT_CRASHED] = { "crashed", { "crashed" } },
    [AWAIT_GONE] = { "gone", { NULL } },
};

#define STATE_COUNT (sizeof(states) / sizeof(states[0]))

bool await_parse(const char *word, enum await_state *state)
{
    for (size_t i = 0; i < STATE_COUNT; i++)
        if (strcmp(states[i].word, word) == 0) {
            *state = (enum await_state)i;
            return true;
        }
    return false;
}

char *await_words(void)
{
    struct strbuf words = { 0 };

    for (size_t i = 0; i < STATE_COUNT; i++)
        strbuf_printf(&words, "%s%s", i > 0 ? ", " : "", states[i].word);
    return strbuf_take(&words);
}

static bool has_crashed(const struct domain_info *info)
{
    return info->shutdown &&
           (info->shutdown_reason == LIBXL_SHUTDOWN_REASON_CRASH ||
            info->shutdown_reason == LIBXL_SHUTDOWN_REASON_WATCHDOG);
}

bool await_holds(enum await_state state, const struct domain_info *info,
                 bool restarting)
{
    bool there = info != NULL && !info->dying;

    switch (state) {
    case AWAIT_EXISTS:
        return there;
    case AWAIT_RUNNING:
        return there && !info->paused && !info->shutdown;
    case AWAIT_PAUSED:
        return there && info->paused && !info->shutdown;
    case AWAIT_DOWN:
        return !there || info->shutdown;
    case AWAIT_CRASHED:
        return info != NULL && has_crashed(info);
    case AWAIT_GONE:
        return !there && !restarting;
    }
    return false;
}

bool await_is_reached_by(enum await_state state, const char *event)
{
    for (const char *const *name = states[state].events; *name != NULL; name++)
        if (strcmp(*name, event) == 0)
            return true;
    return false;
}

/* ---- one guest among all ---- */

static bool is_it(const struct domain_info *info, const char *guest)
{
    char uuid[UUID_TEXT_SIZE];
    uint32_t domid;

    uuid_format_text(info->uuid, uuid);
    return (info->name != NULL && strcmp(info->name, guest) == 0) ||
           strcasecmp(uuid, guest) == 0 ||
           (number_parse_u32(guest, &domid) && domid == info->domid);
}

/* A dying domain may be there still beside the next one of its name. */
static const struct domain_info *find(const struct domain_list *list,
                                      const char *guest)
{
    const struct domain_info *found = NULL;

    VEC_EACH (&list->items, info)
        if (is_it(info, guest) && (found == NULL || found->dying))
            found = info;
    return found;
}

/* 1: it is in the state, 0: not yet. */
static int look(const struct await_request *request, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    bool restarting;

    /* First: a restart may end between the two. */
    if (restart_is_under_way(request->guest, &restarting, err) < 0 ||
        domain_list_read(&list, DOMAIN_NAMES, err) < 0)
        return -1;
    return await_holds(request->state, find(&list, request->guest), restarting);
}

/* ---- waiting ---- */

/* 1: the event says so, 0: look, or wait on. */
static int wait_for_news(const struct await_request *request,
                         struct supervisor *supervisor, struct error *err)
{
    cleanup_json_value struct json_value *event = NULL;
    int64_t tick = clock_deadline(LOOK_AGAIN_MS);
    int64_t until = request->deadline < tick ? request->deadline : tick;

    if (supervisor_follow(supervisor, until, request->deadline, &event, err) <
        0)
        return -1;
    const char *kind = json_as_string(json_get(event, "event"));
    return kind != NULL && supervisor_is_about(event, request->guest) &&
           await_is_reached_by(request->state, kind);
}

int await_guest(const struct await_request *request, struct error *err)
{
    cleanup_supervisor struct supervisor supervisor = SUPERVISOR_INIT;

    if (interrupt_install(err) < 0 ||
        supervisor_ask(&supervisor, SUPERVISOR_SUBSCRIBE, NULL, err) < 0)
        return -1;
    for (;;) {
        int rc = look(request, err);
        if (rc == 0)
            rc = wait_for_news(request, &supervisor, err);
        if (rc != 0)
            return rc < 0 ? -1 : 0;
        if (interrupt_signal() != 0)
            return error_set(err, ERR_FAILED, "interrupted");
        if (clock_is_past(request->deadline))
            return error_set(err, ERR_TIMEOUT, "'%s' is not %s", request->guest,
                             states[request->state].word);
    }
}
