/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All that is logged about one guest, in the order of time: its console, its
 * device model, what toolstacks did to it, what the supervisor noticed.
 */
#ifndef XENITH_DOMAIN_LOGS_H
#define XENITH_DOMAIN_LOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "base/vec.h"

/* Of each file this much is looked at, from its end. */
#define LOGS_TAIL ((size_t)4 << 20)

/* The source of what hooks did. */
#define LOGS_HOOKS "hooks"

struct log_line {
    double time;        /* seconds since 1970 */
    size_t place;       /* in the order of reading */
    const char *source; /* a constant */
    char *text;         /* without stamp and line feed; owned */
};

struct log_lines {
    VEC(struct log_line) list;
};

/* One file. */
struct log_source {
    const char *label;  /* "console" */
    char *path;         /* owned */
    char *only;         /* lines that have this in them, or NULL: all; owned */
    int fd;             /* -1: there is no such file, or not yet */
    double time;        /* of the last line */
    struct strbuf part; /* of a line that has no end yet */
};

struct logs {
    VEC(struct log_source) sources;
};

void logs_open(struct logs *logs, const char *name);
/* What hooks did alone, of one guest or (NULL) of all. */
void logs_open_hooks(struct logs *logs, const char *name);
void logs_close(struct logs *logs);

/*
 * Adds all that was written since the last time, at first the ends of the
 * files; sorted. now: the time of lines without a stamp, 0: that of the line
 * before, or of the file's last change.
 */
void logs_read(struct logs *logs, double now, struct log_lines *lines);

/*
 * Waits until there may be more. 0 also after a signal; ERR_FAILED if the
 * folders cannot be watched. *watch is -1 at first, the caller's to close.
 */
int logs_wait(int *watch, struct error *err);

/*
 * What logs_read makes of some bytes of a source: whole lines are taken, the
 * rest stays in its part.
 */
void log_source_take(struct log_source *source, const char *bytes,
                     size_t length, double now, struct log_lines *lines);

void log_lines_sort(struct log_lines *lines);
void log_lines_dispose(struct log_lines *lines);
#define cleanup_log_lines __attribute__((cleanup(log_lines_dispose)))

#endif
