/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/transaction.h"

#include <errno.h>
#include <stdbool.h>

#define ATTEMPTS 10

static int try_once(struct xs_handle *xs, transaction_act *act, void *data)
{
    xs_transaction_t t = xs_transaction_start(xs);

    if (t == XBT_NULL)
        return errno;
    int cause = act(xs, t, data);
    bool ended = xs_transaction_end(xs, t, cause != 0);
    if (cause == TRANSACTION_LEAVE)
        return 0;
    return cause == 0 && !ended ? errno : cause;
}

int transaction_run(struct xs_handle *xs, transaction_act *act, void *data)
{
    int cause = EAGAIN;

    for (int i = 0; i < ATTEMPTS && cause == EAGAIN; i++)
        cause = try_once(xs, act, data);
    return cause;
}
