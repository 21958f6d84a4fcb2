/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is to be said about a configuration: a list of diagnostics, each with
 * its place, and the renderers that show it to people (text) and to editors
 * (JSON). Nothing here prints.
 */
#ifndef XENITH_CONFIG_DIAG_H
#define XENITH_CONFIG_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "base/vec.h"

enum config_severity {
    CONFIG_ERROR,
    CONFIG_WARNING,
    CONFIG_NOTE,
};

/* A text that was read: diagnostics quote the lines of it. */
struct config_text;

/*
 * A place. Lines and columns count from 1; a column is a byte of the line.
 * Line 0: the file (or the command line argument) as a whole.
 */
struct config_place {
    const struct config_text *text; /* NULL: no place */
    unsigned int line;
    unsigned int column;
    unsigned int length; /* bytes that the caret underlines */
    unsigned int offset; /* of the first byte in the text */
};

/*
 * Takes a copy of a text of at most 4 GiB under the name that diagnostics
 * show. Texts are counted: whoever keeps one takes a reference.
 */
struct config_text *config_text_new(const char *name, const char *bytes,
                                    size_t length, unsigned int order);
/* As config_text_new, but takes the (malloced, NUL-ended) bytes over. */
struct config_text *config_text_adopt(const char *name, char *bytes,
                                      size_t length, unsigned int order);
/*
 * As config_text_new, but the bytes stay the caller's, who keeps them as long
 * as there are references. A NUL follows them.
 */
struct config_text *config_text_borrow(const char *name, const char *bytes,
                                       size_t length, unsigned int order);
struct config_text *config_text_ref(const struct config_text *text);
void config_text_unref(struct config_text *text);
const char *config_text_name(const struct config_text *text);
const char *config_text_bytes(const struct config_text *text, size_t *length);

struct config_diag {
    enum config_severity severity;
    struct config_place place;
    char *message; /* owned */
    char *hint;    /* or NULL; owned */
};

struct config_diags {
    VEC(struct config_diag) list;
    VEC(struct config_text *) texts; /* kept alive for the quotes */
    size_t errors;                   /* how many of each were added */
    size_t warnings;
    bool truncated; /* beyond CONFIG_DIAGS_MAX they were only counted */
};

/* Of errors, and of warnings: a hostile file must not make a list as long as
 * itself. */
#define CONFIG_DIAGS_MAX 1000

#define CONFIG_DIAGS_INIT ((struct config_diags){ .errors = 0 })

void config_diags_dispose(struct config_diags *diags);
#define cleanup_config_diags __attribute__((cleanup(config_diags_dispose)))

/*
 * A message, the caller's. Of one that is long, for it names something long of
 * the file, the middle is left out.
 */
char *config_diag_message(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

/* Adds one; the hint (may be NULL) is copied. diags may be NULL. */
void config_diag_add(struct config_diags *diags, enum config_severity severity,
                     const struct config_place *place, const char *hint,
                     const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/*
 * An unknown key: an error, or a warning that it is ignored. near: the known
 * one that may be meant, or NULL.
 */
void config_diag_unknown_key(struct config_diags *diags,
                             enum config_severity severity,
                             const struct config_place *place, const char *key,
                             const char *near);

/* ERR_CONFIG with their number, if there are more errors than before. */
int config_diags_verdict(const struct config_diags *diags, size_t before,
                         const char *file, struct error *err);

/* Are there so many errors that the text is no configuration? */
static inline bool config_diags_enough(const struct config_diags *diags)
{
    return diags != NULL && diags->errors > CONFIG_DIAGS_MAX;
}

/*
 * Is one more only counted? Each kind has its own limit: warnings do not keep
 * an error back.
 */
bool config_diags_full(const struct config_diags *diags,
                       enum config_severity severity);

/* Makes an error of every warning. */
void config_diags_promote(struct config_diags *diags);

/* Puts them in the order of the file, the unplaced ones last. */
void config_diags_sort(struct config_diags *diags);

enum config_render_flags {
    CONFIG_RENDER_COLOUR = 1, /* ANSI colours */
    CONFIG_RENDER_QUOTE = 2,  /* the source line and a caret under it */
    CONFIG_RENDER_ERRORS = 4, /* errors only */
};

/*
 * As text: `file:line:column: error: message`, then, if asked, the source
 * line and a caret, then the hint. Control characters are made visible.
 */
void config_diags_render(const struct config_diags *diags, unsigned int flags,
                         struct strbuf *out);

/* As an array of objects with file, line, column, severity, message, hint. */
void config_diags_json(const struct config_diags *diags,
                       struct json_writer *json);

#endif
