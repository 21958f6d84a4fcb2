/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A long libxl operation that can be interrupted: started with operation.how,
 * then waited for while signals and a deadline are watched.
 *
 *     struct operation op;
 *     operation_begin(&op, host);
 *     int rc = libxl_domain_destroy(host->ctx, domid, &op.how);
 *     rc = operation_wait(&op, rc, OPERATION_NO_DEADLINE);
 */
#ifndef XENITH_HOST_OPERATION_H
#define XENITH_HOST_OPERATION_H

#include <stdbool.h>

#include "host/host.h"

#define OPERATION_NO_DEADLINE (-1)

struct operation {
    struct host *host;
    libxl_asyncop_how how; /* given to libxl */
    bool interruptible;    /* signals abort it; true unless cleared */
    /* Ends what libxl's abort does not reach: called after it, again and again
     * until the operation is over. NULL: nothing. */
    void (*press)(void);
    /* Asked twice a second while it goes on: once there is nothing left to wait
     * for, of which libxl may have missed the notice, it is aborted. NULL:
     * there always is. */
    bool (*is_pointless)(void *data);
    void *data; /* what it is asked with, the caller's */
    bool done;
    bool aborted; /* an abort was asked for */
    int rc;       /* libxl's, once done */
};

/* op must stay where it is until operation_wait returned. */
void operation_begin(struct operation *op, struct host *host);

/*
 * Waits for the end of an operation whose start returned started. After a
 * signal (base/interrupt.h) or milliseconds have passed it is aborted, which
 * libxl does at its next opportunity. Returns libxl's result: ERROR_ABORTED
 * after a signal or where it had become pointless, ERROR_TIMEDOUT after the
 * deadline.
 */
int operation_wait(struct operation *op, int started, int milliseconds);

/*
 * The same without waiting, for a caller with other things to wait for:
 * whether it is over. libxl does meanwhile what it can do at once. Once it is,
 * operation_wait returns the result; that is also how to give one up, with no
 * time left.
 */
bool operation_look(struct operation *op, int started);

#endif
