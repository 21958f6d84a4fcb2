/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SIGINT, SIGTERM and SIGHUP as something that can be waited for. Long
 * operations install it, look at it where they can stop, and undo what they
 * did. Process-wide, as signals are.
 */
#ifndef XENITH_BASE_INTERRUPT_H
#define XENITH_BASE_INTERRUPT_H

#include "base/error.h"

/* From now on the three signals are noted instead of ending the process. */
int interrupt_install(struct error *err);

/* A descriptor that is readable once one arrived; -1 if not installed. */
int interrupt_fd(void);

/* The signal that arrived first since interrupt_clear, 0 for none. */
int interrupt_signal(void);

void interrupt_clear(void);

#endif
