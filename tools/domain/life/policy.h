/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of a guest that shut down: its configuration's on_poweroff,
 * on_reboot, on_crash, on_watchdog and on_soft_reset, as xl has them, and a
 * limit that xl lacks. Pure: enforce.h beside it carries the decision out.
 */
#ifndef XENITH_DOMAIN_LIFE_POLICY_H
#define XENITH_DOMAIN_LIFE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include <libxl.h>

/*
 * The crash-loop limit: a guest that lived less than this is restarted, but
 * not more than so many times in a row (unless its restart_limit says
 * otherwise), and later each time. One longer life forgets them all.
 */
#define POLICY_SHORT_LIFE_MS 60000
#define POLICY_SHORT_LIVES 10u
#define POLICY_LONGEST_DELAY_MS 30000

enum policy_act {
    POLICY_LEAVE,    /* suspended: somebody is saving or migrating it */
    POLICY_PRESERVE, /* kept as it is, for a look at it */
    POLICY_DESTROY,
    POLICY_RESTART,        /* destroyed, then made again */
    POLICY_RENAME_RESTART, /* kept under another name, then made again */
    POLICY_SOFT_RESET,     /* made anew in place, as kexec asks for */
};

/* A guest at its end. */
struct policy_case {
    const libxl_domain_config *config; /* of which only on_* are read */
    unsigned int reason;               /* LIBXL_SHUTDOWN_REASON_* */
    int64_t life_ms;                   /* from its start to now */
    unsigned int short_lives;          /* restarts that led to it, see mark.h */
    unsigned int limit;                /* of those */
};

struct policy_decision {
    enum policy_act act;
    bool dump_core;           /* before the act */
    bool limited;             /* the crash-loop limit forbade a restart */
    int64_t delay_ms;         /* to wait before a restart */
    unsigned int short_lives; /* for the domain that the act makes */
};

struct policy_decision policy_decide(const struct policy_case *end);

/* "restart", "rename and restart", ...: for logs. */
const char *policy_act_name(enum policy_act act);
/* "poweroff", "crash", ..., "unknown". */
const char *policy_reason_name(unsigned int reason);

#endif
