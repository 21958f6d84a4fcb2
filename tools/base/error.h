/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One error per failure: filled where the fault is, given context on the way
 * up, printed in one place (main). A kind is also the exit status of xn.
 */
#ifndef XENITH_BASE_ERROR_H
#define XENITH_BASE_ERROR_H

#include <stdbool.h>

/* The exit statuses of the contract in docs/architecture.md. */
enum error_kind {
    ERR_NONE = 0,
    ERR_FAILED = 1,   /* anything without a kind of its own */
    ERR_USAGE = 2,    /* the command line is wrong */
    ERR_NODOMAIN = 3, /* no such domain */
    ERR_STATE = 4,    /* refused in this state, name taken included */
    ERR_HOST = 5,     /* Xen or a service it needs is unreachable */
    ERR_TIMEOUT = 6,
    ERR_CONFIG = 7, /* the configuration, or a thing it names, is unusable */
    ERR_DEVICE = 8, /* a device, hook or device model failed */
    ERR_SPACE = 9,  /* not enough memory or space */
};

struct error {
    enum error_kind kind;
    char *message; /* one line, the cause last; owned */
    char *hint;    /* what to do about it, or NULL; owned */
    char *detail;  /* further lines, e.g. the end of a log, or NULL; owned */
};

#define ERROR_INIT ((struct error){ .kind = ERR_NONE })

/*
 * Sets the error and returns -1, so that `return error_set(...)` reads well.
 * An error that is already set is kept: the first cause is the one that the
 * user reads. err may be NULL where the caller does not care.
 */
int error_set(struct error *err, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As error_set, with ": " and the text of the errno value at the end. */
int error_set_errno(struct error *err, enum error_kind kind, int errnum,
                    const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts "context: " before the message. Returns -1. */
int error_context(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says what to do about it; the first hint stays. */
void error_hint(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Keeps further lines (copied) to be shown before the message. */
void error_detail(struct error *err, const char *lines);

bool error_is_set(const struct error *err);

/* Frees what the error owns; it can be used again. */
void error_dispose(struct error *err);

#define cleanup_error __attribute__((cleanup(error_dispose)))

#endif
