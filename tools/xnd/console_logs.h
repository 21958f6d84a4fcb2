/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The logs that xenconsoled keeps of what guests print, where it is started
 * with --log=guest: it has no limit for them, a guest's console_log is one.
 * A log that is full becomes NAME.log.1, and xenconsoled begins another. The
 * logs of device models have a cap of 4 MiB.
 */
#ifndef XENITH_XND_CONSOLE_LOGS_H
#define XENITH_XND_CONSOLE_LOGS_H

#include "xnd/xnd.h"

/* cap: bytes, for guests without a key of their own; 0 keeps nothing. */
void console_logs_open(struct xnd *xnd, uint64_t cap);
void console_logs_close(struct xnd *xnd);

#endif
