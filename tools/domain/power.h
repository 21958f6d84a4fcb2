/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The switches of a running domain: pause and unpause, the polite requests
 * (shutdown, reboot), and the rude ones (triggers, magic keys).
 */
#ifndef XENITH_DOMAIN_POWER_H
#define XENITH_DOMAIN_POWER_H

#include <stddef.h>

#include "domain/state.h"
#include "host/operation.h"

/* Pausing a paused domain counts one more pause, as Xen does it. */
int power_pause(const struct subject *subject, struct error *err);
/* Unpausing one that is not paused is fine. */
int power_unpause(const struct subject *subject, struct error *err);

enum power_goal {
    POWER_SHUTDOWN,
    POWER_REBOOT,
};

/*
 * One guest's request, from power_ask_begin to power_ask_end; it stays where
 * it is in between. Several guests are asked at the same time.
 */
struct power_ask {
    struct subject subject; /* the caller's, as the next two */
    enum power_goal goal;
    bool fallback;       /* an ACPI event to one that does not listen */
    bool fell_back;      /* it was sent one: there is nothing to wait for */
    struct operation op; /* its own */
    int started;         /* its own */
};

/*
 * Asks the guest through its xenstore control node. A guest that does not
 * listen there is refused with ERR_STATE, or sent the ACPI event. After a
 * failure there is nothing to end.
 */
int power_ask_begin(struct power_ask *ask, struct error *err);

/*
 * Waits until the guest took notice, not until it is down. ERR_TIMEOUT when it
 * did not within libxl's 60 s; the request stays, should it react later. Both
 * as with xl.
 */
int power_ask_end(struct power_ask *ask, struct error *err);

/*
 * The same without waiting, again and again: 1 when the guest took notice, 0:
 * not yet. At the deadline the request is withdrawn, so that a guest which
 * comes to itself later does not go down then; with CLOCK_NEVER it is as above.
 * After 1 or a failure it has ended.
 */
int power_ask_look(struct power_ask *ask, int64_t deadline, struct error *err);

/* Waits no longer; the request stays. */
void power_ask_leave(struct power_ask *ask);

/* trigger: nmi, reset, init, power, sleep, s3resume. */
int power_trigger(const struct subject *subject, const char *trigger,
                  uint32_t vcpu, struct error *err);

/* The magic system request key of a Linux guest. */
int power_sysrq(const struct subject *subject, char key, struct error *err);

#endif
