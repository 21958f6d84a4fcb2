/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/transfer_view.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "show/show.h"

#define PAGE 4096.0
#define MIB (1024.0 * 1024.0)

/* How much the last interval counts beside those before. */
#define WEIGHT 0.4

/* Intervals that are shorter, ms, are added to the next one. */
#define INTERVAL_MS 200

/* -- what there is to say -------------------------------------------------- */

static void smooth(double *rate, uint64_t amount, int64_t milliseconds)
{
    double now = (double)amount * 1000 / (double)milliseconds;

    *rate = *rate > 0 ? *rate + WEIGHT * (now - *rate) : now;
}

void transfer_view_look(struct transfer_view *view, int64_t now)
{
    const struct stream_figures *figures = view->figures.shared;
    uint64_t bytes = figures_get(&figures->bytes);
    uint64_t carried = figures_get(&figures->carried);

    if (now - view->seen_at < INTERVAL_MS)
        return;
    smooth(&view->byte_rate, bytes - view->bytes, now - view->seen_at);
    smooth(&view->carried_rate, carried - view->carried, now - view->seen_at);
    view->bytes = bytes;
    view->carried = carried;
    view->seen_at = now;
}

/* Bytes of pages that this round has yet to send; 0 if not known. */
static double left_in_round(const struct stream_figures *figures)
{
    uint64_t pages = figures_get(&figures->pages);
    uint64_t sent = figures_get(&figures->sent);

    return pages > sent ? (double)(pages - sent) * PAGE : 0;
}

/* Seconds until the round, or the file, ends; -1: not known. */
static double time_left(const struct transfer_view *view)
{
    double left = left_in_round(view->figures.shared);

    if (view->total >= view->carried && view->carried_rate > 0)
        return (double)(view->total - view->carried) / view->carried_rate;
    return left > 0 && view->byte_rate > 0 ? left / view->byte_rate : -1;
}

static double ratio_of(const struct transfer_view *view)
{
    return view->bytes > 0 ? (double)view->carried / (double)view->bytes : 1;
}

void transfer_view_describe(const struct transfer_view *view,
                            struct strbuf *line)
{
    const struct stream_figures *figures = view->figures.shared;
    uint64_t round = figures_get(&figures->round);

    if (view->bytes == 0)
        return;
    if (round > 0)
        strbuf_printf(line, ", round %llu", (unsigned long long)round);
    strbuf_printf(line, ", %.1f", (double)view->carried / MIB);
    if (view->total > 0)
        strbuf_printf(line, " of %.1f", (double)view->total / MIB);
    strbuf_printf(line, " MiB %s (%.2f)", view->total > 0 ? "read" : "sent",
                  ratio_of(view));
    if (round > 0)
        strbuf_printf(line, ", %.1f MiB dirty", left_in_round(figures) / MIB);
    strbuf_printf(line, ", %.1f MiB/s", view->carried_rate / MIB);
    if (time_left(view) >= 0)
        strbuf_printf(line, ", %.0f s left", time_left(view));
}

static void add_text(void *data, struct strbuf *line)
{
    transfer_view_look(data, clock_now_ms());
    transfer_view_describe(data, line);
}

static void add_json(void *data, struct json_writer *json)
{
    struct transfer_view *view = data;
    const struct stream_figures *figures = view->figures.shared;

    transfer_view_look(view, clock_now_ms());
    json_add_uint(json, "round", figures_get(&figures->round));
    json_add_uint(json, "sent", view->carried);
    json_add_uint(json, "bytes", view->bytes);
    json_add_double(json, "ratio", ratio_of(view));
    json_add_uint(json, "dirty", (uint64_t)left_in_round(figures));
    if (view->total > 0)
        json_add_uint(json, "total", view->total);
    json_add_double(json, "rate", view->carried_rate);
    json_key(json, "left");
    if (time_left(view) >= 0)
        json_double(json, time_left(view));
    else
        json_null(json);
}

/* -- for commands ---------------------------------------------------------- */

int transfer_view_mode(const struct invocation *inv, bool quiet,
                       enum progress_mode *mode, struct error *err)
{
    const char *how = invocation_value(inv, "progress");

    *mode = quiet ? PROGRESS_QUIET : PROGRESS_TEXT;
    if (how == NULL)
        return 0;
    if (strcmp(how, "none") == 0)
        *mode = PROGRESS_QUIET;
    else if (strcmp(how, "json") == 0)
        *mode = PROGRESS_JSON;
    else if (strcmp(how, "text") == 0)
        *mode = PROGRESS_TEXT;
    else
        return error_set(err, ERR_USAGE,
                         "--progress: '%s' is none of text, json, none", how);
    return 0;
}

int transfer_view_open(struct transfer_view *view, struct error *err)
{
    *view = (struct transfer_view){ .seen_at = clock_now_ms() };
    return figures_open(&view->figures, err);
}

void transfer_view_begin(struct transfer_view *view, enum progress_mode mode,
                         const char *what)
{
    const struct progress_view seen = { add_text, add_json, view };
    cleanup_free char *safe = show_safe(what);

    view->progress = progress_begin(mode, safe);
    progress_watch(view->progress, &seen);
}

void transfer_view_stop(struct transfer_view *view)
{
    progress_end(view->progress);
    view->progress = NULL;
}

void transfer_view_end(struct transfer_view *view)
{
    transfer_view_stop(view);
    figures_close(&view->figures);
}
