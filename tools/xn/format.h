/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How facts look as text: the shapes that xl 4.17 gives them, since scripts
 * read them. Pure; no Xen, no output.
 */
#ifndef XENITH_XN_FORMAT_H
#define XENITH_XN_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/domains.h"

#define FORMAT_STATE_SIZE 7

/* The six letters of xl's list: r b p s, the shutdown's reason, d. */
void format_state_letters(const struct domain_info *info,
                          char letters[FORMAT_STATE_SIZE]);

/*
 * The one word that matters most: dying, then what ended it (shutdown, reboot,
 * suspended, crashed, ...), paused, running, blocked, or runnable (waiting for
 * a CPU).
 */
const char *format_state_word(const struct domain_info *info);

/* Why it shut down, as a word: poweroff, reboot, suspend, crash, ... */
const char *format_shutdown_reason(unsigned int reason);

/*
 * "2 days,  3:04:05", " 0:00:07"; brief leaves the seconds out. The caller's.
 */
char *format_uptime(uint64_t seconds, bool brief);

/* Seconds since 1970 as "2026-11-23T09:30:00.125", local. The caller's. */
char *format_time(double time);

/*
 * The numbers set among the first bits of a map, as xl prints CPU and node
 * lists: "0-3,5", "all", "none". The caller's.
 */
char *format_bit_list(const uint8_t *map, size_t map_bytes, unsigned int bits);

/*
 * A name of a guest as it goes into text: made safe, "(null)" for NULL. The
 * caller's.
 */
char *format_name(const char *name);

/*
 * Text of several lines by a stranger: as show_safe, but line feeds and tabs
 * stay. The caller's.
 */
char *format_safe_lines(const char *text, size_t length);

/*
 * A JSON document of several lines as a part of another one: all lines but
 * the first and the empty ones are indented, a line feed at the end is dropped,
 * and what is not UTF-8 becomes U+FFFD. The caller's.
 */
char *format_indent_json(const char *document, unsigned int spaces);

#endif
