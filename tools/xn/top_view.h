/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the user of `xn top` wants to see, and how keys change it: xentop's
 * keys. Pure.
 */
#ifndef XENITH_XN_TOP_VIEW_H
#define XENITH_XN_TOP_VIEW_H

#include "xn/top_table.h"

/* Keys beside the characters. */
#define TOP_KEY_UP 0x100
#define TOP_KEY_DOWN 0x101

struct top_view {
    struct top_shown shown;
    enum top_field sort;
    unsigned int first;   /* the domain at the top, in the order shown */
    unsigned int seconds; /* between two samples */
    bool asks;            /* for the seconds; input is what was typed */
    char input[8];
};

/* false: the user has enough. */
bool top_view_key(struct top_view *view, int key);

/* The last line: the keys, or what is asked for. The caller's. */
char *top_view_menu(const struct top_view *view);

/* The three lines above the table; each ends with a newline. */
void top_view_summary(struct strbuf *text, const struct top_sample *now,
                      const char *time_of_day);

#endif
