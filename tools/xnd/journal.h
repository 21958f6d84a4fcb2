/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What xnd says: lines with a time stamp, to where xenith.conf wants them;
 * without that to standard error in the foreground, else to LOGDIR/xnd.log.
 * The file has a cap of 1 MiB and one predecessor, xnd.log.1.
 */
#ifndef XENITH_XND_JOURNAL_H
#define XENITH_XND_JOURNAL_H

#include <stdbool.h>

#include "config/xenithconf.h"

/*
 * Until then it is standard error. In the background standard output and
 * error, which workers share, become the file too.
 */
int journal_open(const struct xenithconf *conf, bool foreground,
                 struct error *err);

/* One line, of what happens or of what went wrong. */
void journal(const char *format, ...) __attribute__((format(printf, 1, 2)));
void journal_warn(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* One line to the log of a guest. */
void journal_to(int fd, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
