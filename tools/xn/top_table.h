/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of `xn top --batch`: xentop's columns and widths (its batch mode,
 * Xen 4.17), since scripts read them. Pure.
 */
#ifndef XENITH_XN_TOP_TABLE_H
#define XENITH_XN_TOP_TABLE_H

#include "base/strbuf.h"
#include "host/domains.h"
#include "host/traffic.h"

/* What was measured at one time. */
struct top_sample {
    struct domain_list domains; /* with names */
    struct traffic traffic;
    uint64_t host_memory; /* bytes */
    int64_t time_ms;      /* see base/clock.h */
};

/*
 * Adds the heading and a line for each domain. before: the sample that CPU(%)
 * is about, or NULL: it is 0 then. full_names: else names are cut to ten
 * characters.
 */
void top_table_add(struct strbuf *text, const struct top_sample *now,
                   const struct top_sample *before, bool full_names);

#endif
