/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shutdown and reboot, for some or all guests. One that refuses does not keep
 * the others from being asked; the first refusal is the command's error. What
 * happens is told on standard error in xl's words.
 */
#include "xn/request.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "domain/wait.h"
#include "show/progress.h"
#include "show/show.h"

const struct option_row request_options[] = {
    { 'a', "all", OPTION_FLAG, NULL, "All guests" },
    { 'w', "wait", OPTION_FLAG, NULL,
      "Waits until they are down; twice: until they are gone" },
    { 'F', NULL, OPTION_FLAG, NULL,
      "Sends an ACPI event to a guest without Xen drivers" },
    { 0, "timeout", OPTION_VALUE, "SECONDS",
      "Waits that long at most (implies --wait)" },
    { 0 },
};

static int select_domains(const struct invocation *inv,
                          struct domain_list *list, struct error *err)
{
    bool all = invocation_count(inv, "all") > 0;

    if (all && inv->word_count > 0)
        return error_set(err, ERR_USAGE, "--all and '%s' do not go together",
                         inv->words[0]);
    if (!all && inv->word_count == 0) {
        error_set(err, ERR_USAGE, "'%s' needs a domain", inv->command->name);
        error_hint(err, "or --all");
        return -1;
    }
    if (domain_list_select(inv->host, list, inv->words, inv->word_count,
                           DOMAIN_NAMES, err) < 0)
        return -1;
    if (!all)
        return 0;
    size_t kept = 0;
    for (size_t i = 0; i < list->items.count; i++) {
        struct domain_info *info = &list->items.items[i];
        if (info->domid == 0 || info->never_stop || info->dying)
            domain_info_dispose(info);
        else
            list->items.items[kept++] = *info;
    }
    list->items.count = kept;
    return 0;
}

/* Keeps the first error for the end, tells the others at once. */
static void keep_error(struct error *first, struct error *next)
{
    if (!error_is_set(first)) {
        *first = *next;
        *next = ERROR_INIT;
        return;
    }
    cleanup_free char *safe = show_safe(next->message);
    log_warn("%s", safe);
}

/* For asking and waiting together. */
struct limit {
    uint32_t seconds; /* 0 for none */
    int64_t deadline;
};

struct asked {
    struct power_ask ask;
    bool open; /* the guest did not take notice yet */
};

/* All of one command. */
struct asking {
    const struct invocation *inv;
    enum power_goal goal;
    struct limit limit;
    struct asked *guests;
    uint32_t *domids; /* of each */
    size_t count;
    struct progress *progress; /* of the wait */
    struct error *err;         /* the first */
};

static int begin_one(const struct asking *asking,
                     const struct domain_info *info, struct power_ask *ask,
                     struct error *err)
{
    *ask = (struct power_ask){
        .subject = { .host = asking->inv->host,
                     .domid = info->domid,
                     .label = info->name != NULL ? info->name : "?" },
        .goal = asking->goal,
        .fallback = invocation_count(asking->inv, "F") > 0,
    };
    fprintf(stderr, "%s domain %u\n",
            asking->goal == POWER_SHUTDOWN ? "Shutting down" : "Rebooting",
            info->domid);
    int rc = power_ask_begin(ask, err);
    if (ask->fell_back)
        fprintf(stderr,
                "PV control interface not available: sending ACPI %s button "
                "event.\n",
                asking->goal == POWER_SHUTDOWN ? "power" : "reset");
    return rc;
}

/* All at the same time: those that do not react share one wait. */
static void begin_all(struct asking *asking, const struct domain_list *list)
{
    VEC_EACH (&list->items, info) {
        cleanup_error struct error problem = ERROR_INIT;
        struct asked *one = &asking->guests[asking->count];
        one->open = begin_one(asking, info, &one->ask, &problem) == 0;
        if (one->open)
            asking->domids[asking->count++] = info->domid;
        else
            keep_error(asking->err, &problem);
    }
}

/* Until they took notice. */
static void end_all(struct asking *asking)
{
    for (size_t i = 0; i < asking->count; i++) {
        cleanup_error struct error problem = ERROR_INIT;
        asking->guests[i].open = false;
        if (power_ask_end(&asking->guests[i].ask, &problem) < 0)
            keep_error(asking->err, &problem);
    }
}

/* ---- waiting ---- */

static void tell_shut_down(void *arg, uint32_t domid, unsigned int reason)
{
    fprintf(stderr, "Domain %u has been shut down, reason code %u\n", domid,
            reason);
}

static void tell_died(void *arg, uint32_t domid)
{
    fprintf(stderr, "Domain %u has been destroyed\n", domid);
}

static void tell_left(void *arg, size_t left)
{
    const struct asking *asking = arg;

    progress_update(asking->progress, "%zu still running", left);
}

static struct asked *find(const struct asking *asking, uint32_t domid)
{
    size_t i = 0;

    while (asking->domids[i] != domid)
        i++;
    return &asking->guests[i];
}

/* One that does not react is waited for in vain. */
static bool is_worth_waiting(void *arg, uint32_t domid)
{
    const struct asking *asking = arg;
    struct asked *one = find(asking, domid);
    cleanup_error struct error problem = ERROR_INIT;

    if (!one->open)
        return true;
    int rc = power_ask_look(&one->ask, asking->limit.deadline, &problem);
    one->open = rc == 0;
    if (rc < 0)
        keep_error(asking->err, &problem);
    return rc >= 0;
}

static int wait_for(struct asking *asking, struct error *err)
{
    cleanup_progress struct progress *progress = NULL;
    struct wait_request request = {
        .domids = asking->domids,
        .count = asking->count,
        .for_death = invocation_count(asking->inv, "wait") > 1,
        .deadline = asking->limit.deadline,
        .timeout = asking->limit.seconds,
        .shut_down = tell_shut_down,
        .died = tell_died,
        .is_worth = is_worth_waiting,
        .tick = tell_left,
        .arg = asking,
    };

    fprintf(stderr, "Waiting for %zu domains\n", asking->count);
    if (interrupt_install(err) < 0)
        return -1;
    progress = progress_begin(asking->inv->settings->as_xl ? PROGRESS_QUIET
                                                           : PROGRESS_TEXT,
                              "waiting");
    asking->progress = progress;
    if (wait_for_ends(&request, err) == 0)
        return 0;
    error_context(err, "waiting for the %s", asking->inv->command->name);
    if (err->kind == ERR_TIMEOUT)
        error_hint(err, "'xn list' shows which; 'xn destroy' does not ask");
    return -1;
}

/* Also of guests that went down without taking notice. */
static void leave_all(struct asking *asking)
{
    for (size_t i = 0; i < asking->count; i++)
        if (asking->guests[i].open)
            power_ask_leave(&asking->guests[i].ask);
}

static void ask_all(struct asking *asking, const struct domain_list *list)
{
    cleanup_error struct error problem = ERROR_INIT;

    begin_all(asking, list);
    if (invocation_count(asking->inv, "wait") == 0 &&
        asking->limit.seconds == 0)
        end_all(asking);
    else if ((asking->count > 0 || list->items.count == 0) &&
             wait_for(asking, &problem) < 0)
        keep_error(asking->err, &problem);
    leave_all(asking);
}

static int read_limit(const struct invocation *inv, struct limit *limit,
                      struct error *err)
{
    const char *text = invocation_value(inv, "timeout");

    *limit = (struct limit){ .deadline = CLOCK_NEVER };
    if (text == NULL)
        return 0;
    if (!number_parse_u32(text, &limit->seconds) || limit->seconds == 0)
        return error_set(err, ERR_USAGE,
                         "--timeout: '%s' is no number of seconds", text);
    limit->deadline = clock_deadline((int64_t)limit->seconds * 1000);
    return 0;
}

int request_run(struct invocation *inv, enum power_goal goal, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    struct asking asking = { .inv = inv, .goal = goal, .err = err };

    if (read_limit(inv, &asking.limit, err) < 0 ||
        select_domains(inv, &list, err) < 0)
        return -1;
    cleanup_free struct asked *guests =
        mem_zalloc(list.items.count + 1, sizeof(*guests));
    cleanup_free uint32_t *domids =
        mem_zalloc(list.items.count + 1, sizeof(*domids));
    asking.guests = guests;
    asking.domids = domids;
    ask_all(&asking, &list);
    return error_is_set(err) ? -1 : 0;
}
