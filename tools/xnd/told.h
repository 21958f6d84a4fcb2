/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events that no look at the host finds out: xn tells xnd of them, and xnd its
 * subscribers.
 */
#ifndef XENITH_XND_TOLD_H
#define XENITH_XND_TOLD_H

#include "base/json.h"

/* Seconds since 1970, as events have them. */
double told_now(void);

/*
 * The event that a request "tell" (docs/xnd-protocol.md) is about. ERR_USAGE
 * where it is none of those, or lacks what each has.
 */
int told_write(const struct json_value *request, struct json_writer *event,
               struct error *err);

#endif
