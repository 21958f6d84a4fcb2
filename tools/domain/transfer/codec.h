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

/* What libxl writes or reads, and what the file has. */
struct codec_report {
    bool complete; /* an encoder saw a saved guest, to its end */
    uint64_t bytes;
    uint64_t carried;
};

/* compress: as --compress has it, or NULL. Frames are filled, not flushed. */
int codec_start_encoder(const char *compress, int in, int out,
                        struct proc_child *child, struct error *err);

/* Takes plain streams, too. */
int codec_start_decoder(int in, int out, struct proc_child *child,
                        struct error *err);

/*
 * The same between two hosts: nothing is held back, pages that are sent again
 * are sent as what changed (both ends keep 128 MiB for it), and the receiver
 * ends with the stream and leaves alone what comes after it.
 */
int codec_start_sender(const char *compress, int in, int out,
                       struct proc_child *child, struct error *err);
int codec_start_receiver(int in, int out, struct proc_child *child,
                         struct error *err);

/*
 * Waits for its end, which it comes to when its input ends. err is what it
 * said, if it failed. An interrupt (base/interrupt.h) ends it.
 */
int codec_finish(struct proc_child *child, struct codec_report *report,
                 struct error *err);

/* Ends it if it still runs; fine without one. */
void codec_abandon(struct proc_child *child);

/* Makes the error of what xn-stream said last, which may be nothing. */
int codec_blame(const char *words, enum error_kind kind, struct error *err);

#endif
