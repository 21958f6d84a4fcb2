/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What xnd says: lines with a time stamp on standard error, which is the
 * terminal in the foreground and LOGDIR/xnd.log otherwise. The file has a cap
 * of 1 MiB and one predecessor, xnd.log.1.
 */
#ifndef XENITH_XND_JOURNAL_H
#define XENITH_XND_JOURNAL_H

#include "base/error.h"

/* From now on standard output and error are the log file. */
int journal_to_file(struct error *err);

/* One line, to our log or to the log of a guest. */
void journal_to(int fd, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void journal(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
