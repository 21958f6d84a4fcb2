/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/policy.h"

static libxl_action_on_shutdown configured(const struct policy_case *end)
{
    switch (end->reason) {
    case LIBXL_SHUTDOWN_REASON_POWEROFF:
        return end->config->on_poweroff;
    case LIBXL_SHUTDOWN_REASON_REBOOT:
        return end->config->on_reboot;
    case LIBXL_SHUTDOWN_REASON_CRASH:
        return end->config->on_crash;
    case LIBXL_SHUTDOWN_REASON_WATCHDOG:
        return end->config->on_watchdog;
    case LIBXL_SHUTDOWN_REASON_SOFT_RESET:
        return end->config->on_soft_reset;
    default: /* a number that a guest made up */
        return LIBXL_ACTION_ON_SHUTDOWN_DESTROY;
    }
}

static struct policy_decision first_decision(libxl_action_on_shutdown action)
{
    switch (action) {
    case LIBXL_ACTION_ON_SHUTDOWN_RESTART:
        return (struct policy_decision){ .act = POLICY_RESTART };
    case LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME:
        return (struct policy_decision){ .act = POLICY_RENAME_RESTART };
    case LIBXL_ACTION_ON_SHUTDOWN_PRESERVE:
        return (struct policy_decision){ .act = POLICY_PRESERVE };
    case LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_DESTROY:
        return (struct policy_decision){ .act = POLICY_DESTROY,
                                         .dump_core = true };
    case LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART:
        return (struct policy_decision){ .act = POLICY_RESTART,
                                         .dump_core = true };
    case LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET:
        return (struct policy_decision){ .act = POLICY_SOFT_RESET };
    case LIBXL_ACTION_ON_SHUTDOWN_DESTROY:
    default:
        return (struct policy_decision){ .act = POLICY_DESTROY };
    }
}

/* None before the first, then 1 s, 2 s, 4 s, ... */
static int64_t delay_before(unsigned int short_life)
{
    int64_t delay = short_life < 2 ? 0 : 1000;

    for (unsigned int i = 2; i < short_life && delay < POLICY_LONGEST_DELAY_MS;
         i++)
        delay *= 2;
    return delay < POLICY_LONGEST_DELAY_MS ? delay : POLICY_LONGEST_DELAY_MS;
}

/* Whoever asked for the old domain to be kept still gets it. */
static void apply_limit(const struct policy_case *end,
                        struct policy_decision *decision)
{
    if (decision->act != POLICY_RESTART &&
        decision->act != POLICY_RENAME_RESTART &&
        decision->act != POLICY_SOFT_RESET)
        return;
    if (end->life_ms >= POLICY_SHORT_LIFE_MS)
        return;
    if (end->short_lives < end->limit) {
        decision->short_lives = end->short_lives + 1;
        decision->delay_ms = delay_before(decision->short_lives);
        return;
    }
    decision->limited = true;
    decision->act = decision->act == POLICY_RENAME_RESTART ? POLICY_PRESERVE
                                                           : POLICY_DESTROY;
}

struct policy_decision policy_decide(const struct policy_case *end)
{
    if (end->reason == LIBXL_SHUTDOWN_REASON_SUSPEND)
        return (struct policy_decision){ .act = POLICY_LEAVE };
    struct policy_decision decision = first_decision(configured(end));
    apply_limit(end, &decision);
    return decision;
}

const char *policy_act_name(enum policy_act act)
{
    switch (act) {
    case POLICY_LEAVE:
        return "leave alone";
    case POLICY_PRESERVE:
        return "preserve";
    case POLICY_DESTROY:
        return "destroy";
    case POLICY_RESTART:
        return "restart";
    case POLICY_RENAME_RESTART:
        return "rename and restart";
    case POLICY_SOFT_RESET:
        return "soft reset";
    }
    return "unknown";
}

const char *policy_reason_name(unsigned int reason)
{
    switch (reason) {
    case LIBXL_SHUTDOWN_REASON_POWEROFF:
        return "poweroff";
    case LIBXL_SHUTDOWN_REASON_REBOOT:
        return "reboot";
    case LIBXL_SHUTDOWN_REASON_SUSPEND:
        return "suspend";
    case LIBXL_SHUTDOWN_REASON_CRASH:
        return "crash";
    case LIBXL_SHUTDOWN_REASON_WATCHDOG:
        return "watchdog";
    case LIBXL_SHUTDOWN_REASON_SOFT_RESET:
        return "soft reset";
    default:
        return "unknown";
    }
}
