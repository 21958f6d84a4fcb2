/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Results. This folder alone writes to standard output, so that text, tables
 * and JSON of a command cannot mix and a full disk behind a redirection is
 * noticed.
 */
#ifndef XENITH_SHOW_SHOW_H
#define XENITH_SHOW_SHOW_H

#include <stdbool.h>

#include "base/error.h"
#include "base/json.h"

/* Text as it is; for output that must equal xl's to the byte. */
void show_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A string that a guest or stranger may have chosen, with control characters
 * and invalid UTF-8 made visible; owned by the caller.
 */
char *show_safe(const char *text);

/*
 * One JSON document: begins the object and writes "schema": "xn.NAME/1".
 * Add keys, then end it: it is closed, printed with a newline and freed.
 * show_json_begin_line is for streams, one document a line; call show_finish
 * after each so that the reader gets it at once.
 */
struct json_writer *show_json_begin(const char *name);
struct json_writer *show_json_begin_line(const char *name);
void show_json_end(struct json_writer *json);

/* Colour is wanted on this descriptor: terminal, TERM, NO_COLOR respected. */
bool show_colour(int fd);

/* A terminal where lines can be rewritten in place. */
bool show_cursor(int fd);

/* Columns of the terminal, 80 if it does not say; 0 if it is no terminal. */
unsigned int show_width(int fd);

/* Flushes standard output; an error if anything could not be written. */
int show_finish(struct error *err);

#endif
