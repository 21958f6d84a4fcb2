/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xn-stream at work beside libxl: a process without privileges that stands
 * between it and a file. Its last words say how it went; they can be read by
 * any process that has the descriptor, also by one that is not its parent and
 * where libxl collects whatever children end.
 */
#ifndef XENITH_DOMAIN_TRANSFER_CODEC_H
#define XENITH_DOMAIN_TRANSFER_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/proc.h"
#include "stream/figures.h"

/* What libxl writes or reads, and what the file has. */
struct codec_report {
    bool complete; /* an encoder saw a saved guest, to its end */
    uint64_t bytes;
    uint64_t carried;
};

enum codec_task {
    CODEC_PACK,   /* into a file: frames are filled, not flushed */
    CODEC_UNPACK, /* out of one, or on to a plain xl: takes plain streams */
    /*
     * The same between two hosts: nothing is held back, pages that are sent
     * again are sent as what changed (both ends keep 128 MiB for it), and the
     * receiver ends with the stream and leaves alone what comes after it.
     */
    CODEC_SEND,
    CODEC_RECEIVE,
    CODEC_RECEIVE_PLAIN, /* what libxl wrote, whose end only it knows */
};

struct codec_request {
    enum codec_task task;
    const char *compress; /* as --compress has it, NULL: auto */
    uint64_t rate;        /* of what it writes, bytes a second; 0: no limit */
    unsigned int stall;   /* s after which a dead wire is given up; 0: never */
    bool ignore_rest;     /* a block device goes on behind what is on it */
    const struct figures *figures; /* kept up to date; NULL: nobody looks */
};

int codec_start(const struct codec_request *request, int in, int out,
                struct proc_child *child, struct error *err);

/*
 * Waits for its end, which it comes to when its input ends. err is what it
 * said, if it failed: ERR_TIMEOUT where it gave up. An interrupt
 * (base/interrupt.h) ends it.
 */
int codec_finish(struct proc_child *child, struct codec_report *report,
                 struct error *err);

/* Ends it if it still runs; fine without one. */
void codec_abandon(struct proc_child *child);

/* Makes the error of what xn-stream said last, which may be nothing. */
int codec_blame(const char *words, enum error_kind kind, struct error *err);

#endif
