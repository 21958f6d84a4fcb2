/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What shutdown and reboot have in common: everything but the request. */
#ifndef XENITH_XN_REQUEST_H
#define XENITH_XN_REQUEST_H

#include "domain/power.h"
#include "xn/command.h"

/* The options of both; their rows are request_options. */
extern const struct option_row request_options[];

/* Asks the domains that the words name, or all guests, and waits if told. */
int request_run(struct invocation *inv, enum power_goal goal,
                struct error *err);

#endif
