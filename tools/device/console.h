/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest's console as a terminal device of Dom0. xenconsoled (PV consoles)
 * and QEMU (emulated serial ports) make a pseudo terminal and write its name
 * to xenstore; here it is found, locked as Xen's own client locks it, opened,
 * and followed until the domain ends.
 */
#ifndef XENITH_DEVICE_CONSOLE_H
#define XENITH_DEVICE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "host/host.h"

enum console_type {
    CONSOLE_PRIMARY, /* serial for HVM (if it has one), else PV */
    CONSOLE_PV,
    CONSOLE_SERIAL,
    CONSOLE_VUART,
};

struct console_choice {
    enum console_type type;
    unsigned int number;
};

/* "pv", "serial" or "vuart"; ERR_USAGE for anything else. */
int console_parse_type(const char *text, enum console_type *type,
                       struct error *err);

struct console;

/*
 * Opens a console, waiting up to 5 s for one of a domain just made. *console
 * is the caller's. ERR_STATE if another client, xl's included, has it.
 */
int console_open(struct host *host, uint32_t domid,
                 const struct console_choice *choice, struct console **console,
                 struct error *err);
void console_close(struct console *console); /* NULL is fine */

/*
 * Adds what the guest printed before, as far as it is kept, and takes it from
 * the terminal device; for a console that was just opened. ERR_STATE if
 * xenconsoled keeps nothing of this one.
 */
int console_replay(const struct console *console, struct strbuf *text,
                   struct error *err);

/* The terminal device, which does not block; -1 while there is none. */
int console_tty(const struct console *console);

/* Readable when console_follow is to be called with CONSOLE_CHANGED. */
int console_watch_fd(const struct console *console);

enum console_event {
    CONSOLE_CHANGED, /* the watch fired */
    CONSOLE_HUNG_UP, /* the terminal device ended */
    CONSOLE_QUIET,   /* *wait_ms passed without output */
};

/*
 * Looks where the console is now; console_tty may be another one afterwards.
 * *wait_ms: after so many milliseconds without output call it again with
 * CONSOLE_QUIET, -1 for never. Returns 0, 1 when the console is over, or -1
 * with an error (ERR_DEVICE: the domain lives, its console does not).
 */
int console_follow(struct console *console, enum console_event event,
                   int *wait_ms, struct error *err);

/* Why it is over, for the user: "web1 has shut down (reboot)". */
const char *console_end_text(const struct console *console);

#endif
