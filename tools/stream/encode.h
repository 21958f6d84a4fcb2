/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The writing end: a saved guest's bytes go in as libxl gives them, frames come
 * out. Any bytes can go in; those that are no guest's pages are only
 * compressed.
 */
#ifndef XENITH_STREAM_ENCODE_H
#define XENITH_STREAM_ENCODE_H

#include "stream/codec.h"
#include "stream/stream.h"

struct encode_options {
    struct codec_choice compress;
    unsigned int threads; /* 0: all in the caller's */
    uint64_t history;     /* bytes of pages that both ends keep; 0: none */
};

/* A sane number of threads: one for each CPU, four at most. */
unsigned int encode_default_threads(void);

struct encoder;

/*
 * Needs about 9 MiB for each thread and 27 MiB more, and the history. The
 * stream's header is written with the first frame.
 */
struct encoder *encoder_new(const struct encode_options *options,
                            const struct stream_sink *sink, struct error *err);
void encoder_free(struct encoder *encoder);

int encoder_write(struct encoder *encoder, const void *bytes, size_t length,
                  struct error *err);

/*
 * To be called when nothing more comes for now: at the end of a record all that
 * was given goes out, so that no message of the protocol waits for others.
 * Within a record, and after one of pages, it waits for more unless that is
 * late. Bytes of which only more can tell what they are, less than a page, stay
 * in any case.
 */
int encoder_flush(struct encoder *encoder, bool late, struct error *err);

/*
 * Sends a frame that gives nothing, so that the reader knows that the writer
 * lives while it has nothing to say. What is held back goes out before it.
 */
int encoder_show_life(struct encoder *encoder, struct error *err);

/* Does encoder_flush have anything to do when it gets late? */
bool encoder_holds_bytes(const struct encoder *encoder);

/* Ends the stream. All has been given to the sink when it returns. */
int encoder_finish(struct encoder *encoder, struct stream_stats *stats,
                   struct error *err);

#endif
