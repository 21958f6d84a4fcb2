/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times as logs have them at the beginning of a line, and as people type. */
#ifndef XENITH_BASE_STAMP_H
#define XENITH_BASE_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/*
 * A line's stamp: 2026-11-23T09:30:00, with a blank for the T, in brackets,
 * with a fraction and a zone (Z, +0100, +01:00; without one it is local).
 * *seconds since 1970; *length: what to skip, blanks after it included.
 */
bool stamp_parse_line(const char *line, double *seconds, size_t *length);

#define STAMP_SIZE 32

/* This moment as a line's stamp, 2026-11-23T09:30:00+0100. */
void stamp_now(char text[STAMP_SIZE]);

/*
 * "90s", "10m", "2h", "1d": so long before now; or a day or a stamp as above,
 * the whole text.
 */
bool stamp_parse_since(const char *text, time_t now, double *seconds);

#endif
