/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The console, over the ring of xen/io/console.h. */
#ifndef XENITH_GUEST_TERMINAL_H
#define XENITH_GUEST_TERMINAL_H

#include "machine.h"

#define TERMINAL_LINE_SIZE 256

/* A line as it is typed; zeroed before the first byte. */
struct terminal_line {
    char text[TERMINAL_LINE_SIZE];
    size_t length;
};

/* What nobody reads for a second is thrown away. */
void terminal_print(struct machine *machine, const char *text);
void terminal_print_number(struct machine *machine, uint64_t number);

/* true when the line is complete: text without its end, which the next call
 * overwrites. A line that is too long is cut. */
bool terminal_read(struct machine *machine, struct terminal_line *line);

/* Whether there are bytes to read. */
bool terminal_has_input(const struct machine *machine);

#endif
