/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shutdown and reboot, for some or all guests. One that refuses does not keep
 * the others from being asked; the first refusal is the command's error. What
 * happens is told on standard error in xl's words.
 */
#include "xn/request.h"

#include <stdio.h>

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

static int ask_one(const struct invocation *inv, enum power_goal goal,
                   const struct domain_info *info, struct error *err)
{
    bool fell_back;
    struct subject subject = {
        .host = inv->host,
        .domid = info->domid,
        .label = info->name != NULL ? info->name : "?",
    };

    fprintf(stderr, "%s domain %u\n",
            goal == POWER_SHUTDOWN ? "Shutting down" : "Rebooting",
            info->domid);
    int rc = power_ask(&subject, goal, invocation_count(inv, "F") > 0,
                       &fell_back, err);
    if (fell_back)
        fprintf(stderr,
                "PV control interface not available: sending ACPI %s button "
                "event.\n",
                goal == POWER_SHUTDOWN ? "power" : "reset");
    return rc;
}

/* Those that were asked are put into asked; returns how many. */
static size_t ask_all(const struct invocation *inv, enum power_goal goal,
                      const struct domain_list *list, uint32_t *asked,
                      struct error *err)
{
    size_t count = 0;

    VEC_EACH (&list->items, info) {
        cleanup_error struct error problem = ERROR_INIT;
        if (ask_one(inv, goal, info, &problem) == 0)
            asked[count++] = info->domid;
        else
            keep_error(err, &problem);
    }
    return count;
}

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
    progress_update(arg, "%zu still running", left);
}

static int wait_for(const struct invocation *inv, const uint32_t *domids,
                    size_t count, uint32_t timeout, struct error *err)
{
    cleanup_progress struct progress *progress = NULL;
    struct wait_request request = {
        .domids = domids,
        .count = count,
        .for_death = invocation_count(inv, "wait") > 1,
        .timeout = timeout,
        .shut_down = tell_shut_down,
        .died = tell_died,
        .tick = tell_left,
    };

    fprintf(stderr, "Waiting for %zu domains\n", count);
    if (interrupt_install(err) < 0)
        return -1;
    progress = progress_begin(
        inv->settings->as_xl ? PROGRESS_QUIET : PROGRESS_TEXT, "waiting");
    request.arg = progress;
    if (wait_for_ends(&request, err) == 0)
        return 0;
    error_context(err, "waiting for the %s", inv->command->name);
    if (err->kind == ERR_TIMEOUT)
        error_hint(err, "'xn list' shows which; 'xn destroy' does not ask");
    return -1;
}

int request_run(struct invocation *inv, enum power_goal goal, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    const char *limit = invocation_value(inv, "timeout");
    bool wait = invocation_count(inv, "wait") > 0 || limit != NULL;
    uint32_t timeout = 0;

    if (limit != NULL && (!number_parse_u32(limit, &timeout) || timeout == 0))
        return error_set(err, ERR_USAGE,
                         "--timeout: '%s' is no number of "
                         "seconds",
                         limit);
    if (select_domains(inv, &list, err) < 0)
        return -1;
    cleanup_free uint32_t *asked =
        mem_zalloc(list.items.count + 1, sizeof(*asked));
    size_t count = ask_all(inv, goal, &list, asked, err);
    if (wait && (count > 0 || list.items.count == 0)) {
        cleanup_error struct error problem = ERROR_INIT;
        if (wait_for(inv, asked, count, timeout, &problem) < 0)
            keep_error(err, &problem);
    }
    return error_is_set(err) ? -1 : 0;
}
