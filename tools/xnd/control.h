/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The control socket, RUNDIR/xnd.sock: mode 0600, for uid 0 only. A client
 * sends requests and gets an answer to each, in order; both are one JSON
 * object on a line of at most 64 KiB. A subscriber gets events in between. A
 * transient xnd stays for as long as a client is connected.
 * docs/xnd-protocol.md describes all of it.
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

/*
 * Sends a line (without its end) to every subscriber. It never waits: who does
 * not read loses events, and is told how many.
 */
void control_publish(struct xnd *xnd, const char *line);

#endif
