/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of `xn top`: xentop's columns and widths (its batch mode,
 * Xen 4.17), since scripts read them. Pure.
 */
#ifndef XENITH_XN_TOP_TABLE_H
#define XENITH_XN_TOP_TABLE_H

#include "base/strbuf.h"
#include "xn/top_sample.h"

/* What is shown beside the table itself. */
struct top_shown {
    bool full_names; /* else they are cut to ten characters */
    bool networks;   /* a line for each vif below its domain, as xentop -n */
    bool vbds;
    bool vcpus;
    bool repeat_header; /* before each domain */
    bool dom0_first;    /* in whatever order */
};

/* What the domains are sorted by: xentop's columns, in its order. */
enum top_field {
    TOP_DOMID, /* upwards, as names; all others downwards */
    TOP_NAME,
    TOP_STATE,
    TOP_CPU_SECONDS,
    TOP_CPU_PERCENT,
    TOP_MEMORY,
    TOP_MAX_MEMORY,
    TOP_VCPUS,
    TOP_NETS,
    TOP_NET_SENT,
    TOP_NET_RECEIVED,
    TOP_VBDS,
    TOP_VBD_FULL,
    TOP_VBD_READS,
    TOP_VBD_WRITES,
    TOP_VBD_READ_SECTORS,
    TOP_VBD_WRITTEN_SECTORS,
    TOP_FIELDS,
};

/* The heading of its column. */
const char *top_field_name(enum top_field field);

/* Changes the order of the sample's domains; before: see top_table_add. */
void top_table_sort(struct top_sample *now, const struct top_sample *before,
                    enum top_field field, bool dom0_first);

/*
 * Adds the heading and a line for each domain from the first one on. before:
 * the sample that CPU(%) is about, or NULL: it is 0 then.
 */
void top_table_add(struct strbuf *text, const struct top_sample *now,
                   const struct top_sample *before,
                   const struct top_shown *shown, unsigned int first);

#endif
