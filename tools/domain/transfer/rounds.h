/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the save helper told while it sent a guest's memory: the reader of the
 * lines that savehelper/report.h has. They come through a pipe that
 * blocks neither end.
 */
#ifndef XENITH_DOMAIN_TRANSFER_ROUNDS_H
#define XENITH_DOMAIN_TRANSFER_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "savehelper/report.h"

/* No pointers: it may be in memory that two processes share. */
struct rounds {
    uint32_t count;   /* rounds that the guest ran through */
    uint64_t sent;    /* pages, in all of them */
    int64_t dirty;    /* pages that changed in the last one; -1: unknown */
    uint64_t ms;      /* of the last one */
    bool stopped;     /* the guest was to be suspended */
    bool busy;        /* given up: it changes faster than it can be sent */
    uint64_t rest_ms; /* expected for the rest, if stopped or busy */
    char stock[REPORT_WHY_SIZE]; /* why the stock helper did it; "": it did
                                    not */
};

#define ROUNDS_INIT ((struct rounds){ .dirty = -1 })

struct rounds_pipe {
    int in;             /* to poll for lines; -1: none */
    int out;            /* inherited by programs until rounds_pipe_close */
    struct strbuf rest; /* of a line that is not yet whole */
};

#define ROUNDS_PIPE_INIT ((struct rounds_pipe){ .in = -1, .out = -1 })

int rounds_pipe_open(struct rounds_pipe *pipe, struct error *err);

/* Takes what came until now; never waits. */
void rounds_pipe_read(struct rounds_pipe *pipe, struct rounds *rounds);

void rounds_pipe_close(struct rounds_pipe *pipe);

#endif
