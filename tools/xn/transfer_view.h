/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is shown of a guest that is being saved, restored or migrated: round,
 * bytes, what is dirty, rate, ratio, time left.
 */
#ifndef XENITH_XN_TRANSFER_VIEW_H
#define XENITH_XN_TRANSFER_VIEW_H

#include "show/progress.h"
#include "stream/figures.h"
#include "xn/command.h"

/* "--progress": text, json, none. */
#define TRANSFER_PROGRESS_ROW                                     \
    {                                                             \
        0, "progress", OPTION_VALUE, "HOW",                       \
            "text (the default), json (a line each second), none" \
    }

struct transfer_view {
    struct figures figures; /* for the request */
    uint64_t total;         /* bytes of the file that is read; 0: not known */
    struct progress *progress;
    int64_t seen_at; /* ms; what follows is of then */
    uint64_t bytes, carried;
    double byte_rate, carried_rate; /* a second, smoothed */
};

/* Which one --progress asks for; quiet: nothing unless it asks. */
int transfer_view_mode(const struct invocation *inv, bool quiet,
                       enum progress_mode *mode, struct error *err);

/* Makes the figures; whatever follows, it ends with transfer_view_end. */
int transfer_view_open(struct transfer_view *view, struct error *err);
/* what: "migrating web to host2"; copied, and made safe. */
void transfer_view_begin(struct transfer_view *view, enum progress_mode mode,
                         const char *what);
/* Shows no more of it; transfer_view_end does that, too. */
void transfer_view_stop(struct transfer_view *view);
void transfer_view_end(struct transfer_view *view);

/* Takes in what the figures say at that time, ms. */
void transfer_view_look(struct transfer_view *view, int64_t now);

/* The text that follows "migrating web to host2", from the last look. */
void transfer_view_describe(const struct transfer_view *view,
                            struct strbuf *line);

#endif
