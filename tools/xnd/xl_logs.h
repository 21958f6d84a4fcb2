/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which guests xl makes, from the logs that its processes begin, and go on with
 * when a guest reboots. What a device model writes beside them wakes nobody.
 */
#ifndef XENITH_XND_XL_LOGS_H
#define XENITH_XND_XL_LOGS_H

#include <uv.h>

#include "base/error.h"

struct xl_logs;

/*
 * The log of this guest's name was begun or went on. true: it is not looked at
 * again.
 */
typedef bool xl_log_written(void *arg, const char *name);

/*
 * Looks at the logs of a folder that there are now, then at new ones. What is
 * opened is *logs, the caller's.
 */
int xl_logs_open(uv_loop_t *loop, const char *folder, xl_log_written *written,
                 void *arg, struct xl_logs **logs, struct error *err);

/* NULL is fine. Its memory goes with the loop's next turns. */
void xl_logs_close(struct xl_logs *logs);

#endif
