/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's own log of what the toolstack did to it. */
#ifndef XENITH_DOMAIN_GUEST_LOG_H
#define XENITH_DOMAIN_GUEST_LOG_H

/* LOGDIR/NAME.log with a '/' in the name made '_'; owned by the caller. */
char *guest_log_path(const char *name);

/*
 * Opens it for appending, mode 0600; a log over 1 MiB becomes NAME.log.1
 * first. The caller closes the descriptor. -1 if it cannot be had: work goes
 * on without a log.
 */
int guest_log_open(const char *name);

#endif
