/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A service manager that waits for word (sd_notify(3), "Protocol"): one
 * datagram to the socket that NOTIFY_SOCKET names.
 */
#ifndef XENITH_BASE_NOTIFY_H
#define XENITH_BASE_NOTIFY_H

/* "READY=1", "STOPPING=1": lines of the protocol. Nobody there is fine. */
void notify_manager(const char *state);

#endif
