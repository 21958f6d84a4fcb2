/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What xnd says: lines with a time stamp, to where xenith.conf wants them;
 * without that to standard error in the foreground, else to LOGDIR/xnd.log.
 * The file has a cap of 1 MiB and one predecessor, xnd.log.1.
 */
#ifndef XENITH_XND_JOURNAL_H
#define XENITH_XND_JOURNAL_H

#include <stdbool.h>

#include "base/outlet.h"
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

/*
 * One line about a guest, as its own keys want it: LOG_TO_FILE is xnd.log here,
 * too. choice, whose members may be unset, is not NULL.
 */
void journal_about(const struct log_choice *choice, const char *guest,
                   enum log_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
