/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The user's side of a console: standard input and output joined to a terminal
 * device somewhere else.
 *
 * Both a terminal: it is made raw, every key goes to the other side but the
 * one that leaves. The old mode comes back on every way out, also by SIGINT,
 * SIGTERM, SIGHUP and SIGQUIT, and while stopped by SIGTSTP.
 * Input no terminal: it is sent as it is, there is no key that leaves; after
 * its end the output goes on until the other side ends.
 * Output no terminal: nothing is filtered; a terminal as the input is left
 * alone, so that Ctrl-C ends it.
 */
#ifndef XENITH_SHOW_TERMINAL_H
#define XENITH_SHOW_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum terminal_event {
    TERMINAL_CHANGED, /* far->watch is readable */
    TERMINAL_HUNG_UP, /* far->tty ended; it is not used any more */
    TERMINAL_QUIET,   /* nothing was read from far->tty for far->wait_ms */
};

/* The other side. */
struct terminal_far {
    int tty;     /* does not block; -1 while there is none */
    int watch;   /* a descriptor that says "look again" */
    int wait_ms; /* -1: for ever */
    /* Sets the three anew. 0: go on, 1: it is over, -1: an error. */
    int (*follow)(struct terminal_far *far, enum terminal_event event,
                  struct error *err);
    void *data;
};

#define TERMINAL_ESCAPE 0x1d /* ^] */

struct terminal_options {
    int escape;          /* the key that leaves */
    bool raw;            /* do not filter what comes for a terminal */
    bool only_from_keys; /* do not read an input that is no terminal */
    const char *first;   /* shown before what comes; NULL: nothing */
    size_t first_length;
};

enum terminal_end {
    TERMINAL_LEFT,      /* the key, or the input terminal is gone */
    TERMINAL_OVER,      /* the other side ended */
    TERMINAL_CLOSED,    /* nobody reads standard output any more */
    TERMINAL_SIGNALLED, /* see signal */
};

struct terminal_result {
    enum terminal_end end;
    int signal;
    bool interactive; /* it was a terminal on both sides */
};

/* "^]", "^A" or one character. ERR_USAGE for anything else. */
int terminal_parse_escape(const char *text, int *escape, struct error *err);

/* Joins them until one ends. */
int terminal_join(struct terminal_far *far,
                  const struct terminal_options *options,
                  struct terminal_result *result, struct error *err);

#endif
