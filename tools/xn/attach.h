/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The user at a guest's console, for the commands console and create -c. */
#ifndef XENITH_XN_ATTACH_H
#define XENITH_XN_ATTACH_H

#include "device/console.h"
#include "host/host.h"
#include "show/terminal.h"

struct attach_options {
    struct console_choice console;
    struct terminal_options terminal;
    bool quiet;  /* say nothing about the end, as xl */
    bool replay; /* begin with what was printed before */
};

/* The primary console, ^] leaves, filtered. */
#define ATTACH_DEFAULTS                            \
    ((struct attach_options){                      \
        .terminal = { .escape = TERMINAL_ESCAPE }, \
    })

/*
 * Opens the console, calls on_ready (NULL: nothing) and joins it to standard
 * input and output until the user leaves or the domain ends, which is success.
 * What a paused domain writes after on_ready unpaused it is seen from its
 * first byte on. An error of on_ready ends it; *ready, if not NULL, says
 * whether on_ready was called and succeeded. *exit_status is 0, or 128 and the
 * number of the signal that ended it.
 */
int attach_console(struct host *host, uint32_t domid,
                   const struct attach_options *options,
                   int (*on_ready)(void *data, struct error *err), void *data,
                   bool *ready, int *exit_status, struct error *err);

#endif
