/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The switches of a running domain: pause and unpause, the polite requests
 * (shutdown, reboot), and the rude ones (triggers, magic keys).
 */
#ifndef XENITH_DOMAIN_POWER_H
#define XENITH_DOMAIN_POWER_H

#include <stddef.h>

#include "domain/state.h"

/* Pausing a paused domain counts one more pause, as Xen does it. */
int power_pause(const struct subject *subject, struct error *err);
/* Unpausing one that is not paused is fine. */
int power_unpause(const struct subject *subject, struct error *err);

enum power_goal {
    POWER_SHUTDOWN,
    POWER_REBOOT,
};

/*
 * Asks the guest through its xenstore control node. A guest that does not
 * listen there is refused with ERR_STATE, or sent the ACPI event when fallback
 * is set; *fell_back says so. Returns when the guest took notice, not when it
 * is down.
 */
int power_ask(const struct subject *subject, enum power_goal goal,
              bool fallback, bool *fell_back, struct error *err);

/* trigger: nmi, reset, init, power, sleep, s3resume. */
int power_trigger(const struct subject *subject, const char *trigger,
                  uint32_t vcpu, struct error *err);

/* The magic system request key of a Linux guest. */
int power_sysrq(const struct subject *subject, char key, struct error *err);

#endif
