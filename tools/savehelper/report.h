/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the save helper tells xn beside libxl, one line each, written to the
 * descriptor that environment.h names:
 *
 *   round NUMBER SENT DIRTY MS   a round is over: pages sent in it, pages that
 *                                changed meanwhile (- if unknown), its time
 *   stop ROUND MS                the guest is suspended after that many rounds;
 *                                what the rest is expected to take
 *   busy ROUND MS                given up instead; what it would have taken
 *   stock WHY                    the stock helper does it, and why
 *
 * A line that is not understood is skipped, so that more can be told later.
 */
#ifndef XENITH_SAVEHELPER_REPORT_H
#define XENITH_SAVEHELPER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#define REPORT_WHY_SIZE 256

enum report_kind {
    REPORT_ROUND,
    REPORT_STOP,
    REPORT_BUSY,
    REPORT_STOCK,
};

struct report {
    enum report_kind kind;
    uint32_t round;
    uint64_t sent; /* pages */
    int64_t dirty; /* pages; -1: unknown */
    uint64_t ms;   /* of the round, or expected for the rest */
    char why[REPORT_WHY_SIZE];
};

/* The line with its newline, added to text; why is cut to one line. */
void report_format(const struct report *report, struct strbuf *text);

/* A line without its newline; false if it is none of these. */
bool report_parse(const char *line, struct report *report);

#endif
