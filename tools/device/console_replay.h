/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest printed before somebody attached: xenconsoled logs its PV
 * console from the first byte (--log=guest), and keeps for the terminal what
 * nobody has read yet. Both overlap; shown is each byte once.
 */
#ifndef XENITH_DEVICE_CONSOLE_REPLAY_H
#define XENITH_DEVICE_CONSOLE_REPLAY_H

#include "base/error.h"
#include "base/strbuf.h"

/* No more of the log than this is shown again, bytes. */
#define CONSOLE_REPLAY_LIMIT ((size_t)64 << 10)

/*
 * Adds the end of the log of a guest's console, from the beginning of a line
 * on, and what came after it from tty, which does not block: until that is
 * quiet. ERR_STATE if there is no log.
 */
int console_replay_read(const char *log, int tty, struct strbuf *text,
                        struct error *err);

/*
 * Takes the times away that xenconsoled puts before lines with
 * --timestamp=guest: "[2026-01-31 23:59:59] ".
 */
void console_replay_strip(char *text, size_t *length);

/*
 * Adds the log, and what was unread unless the log ends with it.
 */
void console_replay_join(const char *log, size_t log_length, const char *unread,
                         size_t unread_length, struct strbuf *text);

#endif
