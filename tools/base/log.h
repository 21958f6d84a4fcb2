/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is said on standard error beside results and errors. The level is set
 * once by main; nothing here is ever written to standard output.
 */
#ifndef XENITH_BASE_LOG_H
#define XENITH_BASE_LOG_H

#include <stdbool.h>

enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARN,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
};

/* "error", "warn", "info", "debug"; false leaves *level alone. */
bool log_parse_level(const char *word, enum log_level *level);

void log_set_level(enum log_level level);

/*
 * A status line (show/progress.h) stands unfinished on the terminal, or no
 * longer: the next line wipes it first. It is drawn with stderr locked.
 */
void log_set_status_drawn(bool drawn);

/*
 * Has lines handed over in place of being printed: those of the level set, with
 * text alone. NULL: standard error again.
 */
typedef void log_sink(void *data, enum log_level level, const char *text);
void log_to(log_sink *sink, void *data);
bool log_is_taken(void);

/* One line each; "xn: " (or the name set) goes before it. */
void log_set_name(const char *name);
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
