/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a long operation is doing, on standard error. On a terminal one line
 * is rewritten in place; elsewhere a line is added every few seconds; both
 * begin only when the operation has taken two seconds, so that short ones stay
 * silent. As JSON there is one document a line (schema xn.progress/1), from
 * the beginning on.
 *
 * The operation may block in a library: a thread of the object's own does the
 * drawing. At most one object should be alive at a time.
 */
#ifndef XENITH_SHOW_PROGRESS_H
#define XENITH_SHOW_PROGRESS_H

#include <stdint.h>

#include "base/json.h"
#include "base/strbuf.h"

enum progress_mode {
    PROGRESS_QUIET, /* nothing, and no thread */
    PROGRESS_TEXT,
    PROGRESS_JSON,
};

struct progress;

/* what: the operation and its object, "saving web1"; copied. */
struct progress *progress_begin(enum progress_mode mode, const char *what);

/* The step that it is at, "memory, round 2"; replaces the last one. */
void progress_update(struct progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* How far the step is, in bytes; total 0: not known. Cheap. */
void progress_measure(struct progress *progress, uint64_t done, uint64_t total);

/*
 * What else is to be told, asked for by the drawing thread whenever it draws:
 * text goes behind the rest of the line, keys into the JSON document.
 */
struct progress_view {
    void (*add_text)(void *data, struct strbuf *line);
    void (*add_json)(void *data, struct json_writer *json);
    void *data;
};

/* The view is copied; its data has to stay until the end. */
void progress_watch(struct progress *progress,
                    const struct progress_view *view);

/* Wipes the line from the terminal and frees. NULL is fine. */
void progress_end(struct progress *progress);

static inline void progress_cleanup(struct progress **progress)
{
    progress_end(*progress);
}
#define cleanup_progress __attribute__((cleanup(progress_cleanup)))

/* The same with everything chosen by the caller; progress_begin uses it. */
struct progress_style {
    enum progress_mode mode;
    int fd;             /* where to write */
    int64_t delay;      /* milliseconds until the first line */
    int64_t period;     /* milliseconds between lines */
    unsigned int width; /* of the terminal; 0: it is none */
};
struct progress *progress_begin_style(const struct progress_style *style,
                                      const char *what);

#endif
