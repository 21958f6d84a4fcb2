/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The control socket, RUNDIR/xnd.sock: mode 0600, for uid 0 only. A client
 * sends requests and gets an answer to each, in order; both are one JSON
 * object on a line of at most 64 KiB. A transient xnd stays for as long as a
 * client is connected.
 *
 *   {"request":"adopt","domid":5}   supervise domain 5
 *   {"request":"hold"}              nothing; the connection is what matters
 *   {"request":"status"}            who is supervised
 *
 *   {"ok":true, ...}
 *   {"ok":false,"error":"no domain 5"}
 */
#ifndef XENITH_XND_CONTROL_H
#define XENITH_XND_CONTROL_H

#include <stddef.h>

#include "xnd/xnd.h"

/* The caller holds the instance lock: a socket that is there is a dead one. */
int control_open(struct xnd *xnd, struct error *err);

/* Removes the socket and drops the clients. */
void control_close(struct xnd *xnd);

size_t control_clients(const struct xnd *xnd);

#endif
