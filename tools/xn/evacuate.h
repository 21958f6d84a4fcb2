/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All guests of this host to others: migrate --all, and evacuate. */
#ifndef XENITH_XN_EVACUATE_H
#define XENITH_XN_EVACUATE_H

#include "xn/command.h"

#define EVACUATE_JOBS_ROW                                          \
    {                                                              \
        'j', "jobs", OPTION_VALUE, "COUNT",                        \
            "Of several domains: how many at once (without it: 2)" \
    }

/*
 * One run of migrate for each guest, the largest first, each to the host that
 * has most memory free; one that fails keeps nobody from being tried. Then a
 * table, or with --json a document, says what became of each. ERR_FAILED
 * unless all are there. Options of migrate that were given are handed on.
 */
int evacuate(struct invocation *inv, char *const *hosts, int count,
             struct error *err);

#endif
