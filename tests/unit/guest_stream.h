/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libxl writes for a saved guest, made up: an xl header with a
 * configuration, libxl's and libxc's records in the order of their
 * specifications, pages of several kinds, sent in rounds as a live migration
 * does. The same arguments always give the same bytes.
 */
#ifndef XENITH_TESTS_GUEST_STREAM_H
#define XENITH_TESTS_GUEST_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

struct guest_stream {
    uint32_t pages;        /* of the guest */
    uint32_t batch;        /* pages in a record; 0: 1024 as libxc */
    unsigned int rounds;   /* after the first one */
    unsigned int zero;     /* pages of zeros, in percent */
    unsigned int random;   /* pages of random bytes, in percent */
    unsigned int dirty;    /* pages sent again in each round, in percent */
    unsigned int constant; /* of these, those that did not change */
    bool hot;              /* it is always the same pages that change */
    /*
     * Pages that are neither of zeros nor random have these bytes, one after
     * the other and from the beginning again, or, if NULL, made-up text.
     */
    const char *contents;
    size_t contents_length; /* at least a page */
    bool bare;              /* no header of xl's before it */
};

#define GUEST_STREAM_CONFIG \
    "{ \"c_info\": { \"type\": \"hvm\", \"name\": \"web\" } }"

/* Appends the whole stream. */
void guest_stream_make(const struct guest_stream *guest, struct strbuf *out);

/* Makes it piece by piece instead, each given to a function. */
void guest_stream_feed(const struct guest_stream *guest,
                       void (*take)(void *data, const char *bytes,
                                    size_t length),
                       void *data);

#endif
