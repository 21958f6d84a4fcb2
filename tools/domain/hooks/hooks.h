/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A user's programs on the life of a guest. Each runs in a process group of
 * its own that is killed at its deadline; of its standard error at most 64 KiB
 * are kept. A line about each goes to the hooks' log. No lock is held that a
 * hook's own `xn` would wait for.
 */
#ifndef XENITH_DOMAIN_HOOKS_HOOKS_H
#define XENITH_DOMAIN_HOOKS_HOOKS_H

#include "domain/hooks/hook_list.h"

/*
 * Runs one. ERR_DEVICE (ERR_TIMEOUT at the deadline, ERR_CONFIG if it is not
 * to be trusted) names it; the last lines that it said are the detail.
 */
int hooks_run_one(const struct hook_place *place, const struct hook *hook,
                  const struct hook_call *call, struct error *err);

/* Whether there is any for this event. */
bool hooks_any(const struct hook_place *place, enum hook_event event,
               char *const *own);

/* Runs those of the event until one fails: for what may still be refused. */
int hooks_ask(const struct hook_place *place, const struct hook_call *call,
              struct error *err);

/*
 * Runs all of those of the event. What fails is warned of and noted in the
 * guest's log, and changes nothing.
 */
void hooks_tell(const struct hook_place *place, const struct hook_call *call);

#endif
