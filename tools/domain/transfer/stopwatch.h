/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When a guest stood still for good: libxl suspends it somewhere within a call
 * of many seconds and does not tell. A thread with a connection of its own
 * looks at the domain whenever Xen tells of one that stopped.
 */
#ifndef XENITH_DOMAIN_TRANSFER_STOPWATCH_H
#define XENITH_DOMAIN_TRANSFER_STOPWATCH_H

#include <stdint.h>

struct stopwatch;

/* NULL where it cannot be watched, which the others take. */
struct stopwatch *stopwatch_start(uint32_t domid);

/* Ends the thread; when the guest was suspended (base/clock.h), or -1. */
int64_t stopwatch_end(struct stopwatch *watch);

#endif
