/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A log below LOGDIR that several processes write to, a line at a time. */
#ifndef XENITH_BASE_LOGFILE_H
#define XENITH_BASE_LOGFILE_H

#include <stddef.h>

/*
 * Opens it for appending, mode 0600, its folder made if need be; a log over
 * 1 MiB becomes PATH.1 first. The caller closes the descriptor. -1 if it
 * cannot be had: work goes on without a log.
 */
int logfile_open(const char *path);

/*
 * Before a line of this many bytes: one that would take the log past 1 MiB
 * opens it anew, and the full one is PATH.1. *fd may be -1, and become it.
 */
void logfile_make_room(const char *path, int *fd, size_t length);

/*
 * Writes "STAMP WHO[PID]: text" in one piece. What is no printable character
 * of the text becomes a blank, so that it stays one line. fd may be -1.
 */
void logfile_line(int fd, const char *who, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
