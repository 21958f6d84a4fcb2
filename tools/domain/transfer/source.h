/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A saved guest on its way into a new domain: a process without privileges
 * reads it and gives libxl what libxl wrote.
 */
#ifndef XENITH_DOMAIN_TRANSFER_SOURCE_H
#define XENITH_DOMAIN_TRANSFER_SOURCE_H

#include <stdbool.h>

#include "base/proc.h"
#include "stream/figures.h"

enum source_rest {
    SOURCE_NOTHING,
    SOURCE_ANYTHING, /* on a block device: none of it */
    SOURCE_LATER,    /* on a wire, when its sender was told something */
};

struct source {
    const char *path; /* for messages; borrowed */
    int fd;           /* what libxl reads: its own stream; owned */
    struct proc_child codec;
    char *config_json;     /* that it was saved with; owned */
    enum source_rest rest; /* behind what libxl reads */
};

#define SOURCE_INIT ((struct source){ .fd = -1, .codec = PROC_CHILD_INIT })

/*
 * Starts reading from in, which stays the caller's. figures, if not NULL, are
 * kept up to date until then.
 */
int source_open(struct source *source, int in, const char *path,
                const struct figures *figures, struct error *err);

/*
 * Starts reading from the other host: a Xenith stream to its end frame, or
 * what libxl wrote, whose end libxl knows; the sender is silent behind it until
 * it is told something. in stays the caller's. It is given up when nothing
 * comes for stall seconds; 0: never.
 */
int source_open_wire(struct source *source, int in, bool frames,
                     unsigned int stall, struct error *err);

/*
 * libxl has read all that it wants. Fails unless the image went on to its end
 * and was whole; only then may the guest run.
 */
int source_finish(struct source *source, struct error *err);

/*
 * libxl failed. If that is because the image is damaged, or does not come any
 * more, this becomes the error. Reading ends.
 */
void source_blame(struct source *source, struct error *err);

void source_dispose(struct source *source);

#endif
