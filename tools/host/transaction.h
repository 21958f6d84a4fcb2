/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several changes of xenstore made at one go. xenstored ends a transaction with
 * EAGAIN when somebody else changed the same nodes meanwhile; then it is begun
 * again, a few times.
 */
#ifndef XENITH_HOST_TRANSACTION_H
#define XENITH_HOST_TRANSACTION_H

#include <xenstore.h>

/* What an act yields that found nothing to change. */
#define TRANSACTION_LEAVE (-1)

/*
 * Reads and writes within t. 0: what it wrote is to hold; TRANSACTION_LEAVE:
 * it is not, and nothing failed; otherwise the errno of what failed. May be
 * called again, from the beginning.
 */
typedef int transaction_act(struct xs_handle *xs, xs_transaction_t t,
                            void *data);

/* 0 also where it was left; otherwise the errno, and nothing has changed. */
int transaction_run(struct xs_handle *xs, transaction_act *act, void *data);

#endif
