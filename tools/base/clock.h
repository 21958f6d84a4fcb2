/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Time that only goes forward, in milliseconds. A deadline is a point on this
 * clock; it is made once and handed down, so that the steps of an operation
 * share one limit.
 */
#ifndef XENITH_BASE_CLOCK_H
#define XENITH_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_NEVER INT64_MAX

/* Milliseconds since some point in the past (CLOCK_MONOTONIC). */
int64_t clock_now_ms(void);

/* The point that many milliseconds from now; CLOCK_NEVER for a negative. */
int64_t clock_deadline(int64_t milliseconds);

/* Milliseconds until then, as poll takes them: 0 if past, -1 for never. */
int clock_left_ms(int64_t deadline);

bool clock_is_past(int64_t deadline);

/* Sleeps through interruptions by signals. */
void clock_sleep_ms(int64_t milliseconds);

#endif
