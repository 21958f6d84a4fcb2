/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thread waits on a condition with a time limit and draws when the limit
 * passes; the operation's own thread only changes the state under the lock. It
 * takes no signals, so that Ctrl-C reaches the operation.
 */
#include "show/progress.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/thread.h"
#include "base/utf8.h"
#include "show/show.h"

#define DELAY_MS 2000
#define TERMINAL_PERIOD_MS 500
#define LINE_PERIOD_MS 5000
#define JSON_PERIOD_MS 1000

struct progress {
    struct progress_style style;
    int64_t began;
    char *what;
    bool has_thread;
    pthread_t thread;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t wake;
    bool ending;
    bool drawn; /* a line stands on the terminal */
    char *step;
    uint64_t done, total;
    struct progress_view view; /* all NULL: none */
};

/* ---- what it looks like ---- */

static int64_t elapsed_ms(const struct progress *progress)
{
    return clock_now_ms() - progress->began;
}

/* "saving web1: memory, 45 %, 12 s" */
static char *describe(const struct progress *progress)
{
    struct strbuf line = { 0 };

    strbuf_puts(&line, progress->what);
    if (progress->step != NULL)
        strbuf_printf(&line, ": %s", progress->step);
    if (progress->total > 0)
        strbuf_printf(&line, ", %.0f %%",
                      100.0 * (double)progress->done / (double)progress->total);
    else if (progress->done > 0)
        strbuf_printf(&line, ", %.1f MiB", (double)progress->done / (1 << 20));
    if (progress->view.add_text != NULL)
        progress->view.add_text(progress->view.data, &line);
    strbuf_printf(&line, ", %lld s", (long long)(elapsed_ms(progress) / 1000));
    cleanup_free char *text = strbuf_take(&line);
    return show_safe(text);
}

/*
 * Cuts the text so that it does not wrap, which could not be wiped. Characters
 * that may be two columns wide count as such.
 */
static void cut_to(char *text, size_t width)
{
    size_t used = 0, length;
    uint32_t rune;

    for (; (length = utf8_decode(text, &rune)) > 0; text += length) {
        used += rune >= 0x1100 ? 2 : 1;
        if (used >= width)
            break;
    }
    *text = '\0';
}

/* Whole, and not in the middle of a line of the log. */
static void put(const struct progress *progress, const char *text,
                size_t length)
{
    flockfile(stderr);
    io_write_all(progress->style.fd, text, length);
    funlockfile(stderr);
}

static void draw_text(struct progress *progress)
{
    cleanup_free char *text = describe(progress);
    cleanup_strbuf struct strbuf line = { 0 };

    if (progress->style.width > 0) {
        cut_to(text, progress->style.width);
        strbuf_printf(&line, "\r%s\033[K", text);
    } else {
        strbuf_printf(&line, "%s\n", text);
    }
    progress->drawn = progress->style.width > 0;
    flockfile(stderr);
    put(progress, line.text, line.length);
    log_set_status_drawn(progress->drawn);
    funlockfile(stderr);
}

static void draw_json(struct progress *progress, const char *state)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    json_add_string(json, "schema", "xn.progress/1");
    json_add_string(json, "state", state);
    json_add_string(json, "what", progress->what);
    json_add_string(json, "step", progress->step);
    json_add_uint(json, "done", progress->done);
    json_add_uint(json, "total", progress->total);
    json_add_double(json, "elapsed", (double)elapsed_ms(progress) / 1000);
    if (progress->view.add_json != NULL)
        progress->view.add_json(progress->view.data, json);
    json_end_object(json);
    cleanup_free char *line = mem_printf("%s\n", json_text(json, NULL));
    put(progress, line, strlen(line));
}

static void draw(struct progress *progress)
{
    if (progress->style.mode == PROGRESS_JSON)
        draw_json(progress, "running");
    else
        draw_text(progress);
}

/* ---- when ---- */

static void *tick(void *argument)
{
    struct progress *progress = argument;
    int64_t next = progress->began + progress->style.delay;

    pthread_mutex_lock(&progress->lock);
    while (!progress->ending) {
        thread_wait(&progress->wake, &progress->lock, next);
        if (progress->ending || clock_now_ms() < next)
            continue;
        draw(progress);
        next = clock_now_ms() + progress->style.period;
    }
    pthread_mutex_unlock(&progress->lock);
    return NULL;
}

struct progress *progress_begin_style(const struct progress_style *style,
                                      const char *what)
{
    struct progress *progress = MEM_NEW(struct progress);

    progress->style = *style;
    progress->began = clock_now_ms();
    progress->what = mem_strdup(what);
    pthread_mutex_init(&progress->lock, NULL);
    thread_cond_init(&progress->wake);
    if (style->mode == PROGRESS_JSON)
        draw_json(progress, "begin");
    /* Without a thread there is just nothing to see. */
    progress->has_thread = style->mode != PROGRESS_QUIET &&
                           thread_start(&progress->thread, tick, progress) == 0;
    return progress;
}

struct progress *progress_begin(enum progress_mode mode, const char *what)
{
    struct progress_style style = {
        .mode = mode,
        .fd = STDERR_FILENO,
        .delay = DELAY_MS,
        .width = show_cursor(STDERR_FILENO) ? show_width(STDERR_FILENO) : 0,
    };

    style.period = style.width > 0 ? TERMINAL_PERIOD_MS : LINE_PERIOD_MS;
    if (mode == PROGRESS_JSON)
        style.delay = style.period = JSON_PERIOD_MS;
    return progress_begin_style(&style, what);
}

void progress_update(struct progress *progress, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *step = mem_vprintf(format, args);
    va_end(args);
    pthread_mutex_lock(&progress->lock);
    free(progress->step);
    progress->step = step;
    progress->done = progress->total = 0;
    if (progress->style.mode == PROGRESS_JSON)
        draw_json(progress, "running");
    pthread_mutex_unlock(&progress->lock);
}

void progress_measure(struct progress *progress, uint64_t done, uint64_t total)
{
    pthread_mutex_lock(&progress->lock);
    progress->done = done;
    progress->total = total;
    pthread_mutex_unlock(&progress->lock);
}

void progress_watch(struct progress *progress, const struct progress_view *view)
{
    pthread_mutex_lock(&progress->lock);
    progress->view = *view;
    pthread_mutex_unlock(&progress->lock);
}

static void stop_thread(struct progress *progress)
{
    pthread_mutex_lock(&progress->lock);
    progress->ending = true;
    pthread_cond_signal(&progress->wake);
    pthread_mutex_unlock(&progress->lock);
    pthread_join(progress->thread, NULL);
}

void progress_end(struct progress *progress)
{
    static const char wipe[] = "\r\033[K";

    if (progress == NULL)
        return;
    if (progress->has_thread)
        stop_thread(progress);
    if (progress->style.mode == PROGRESS_JSON)
        draw_json(progress, "end");
    if (progress->drawn) {
        put(progress, wipe, sizeof(wipe) - 1);
        log_set_status_drawn(false);
    }
    pthread_cond_destroy(&progress->wake);
    pthread_mutex_destroy(&progress->lock);
    free(progress->what);
    free(progress->step);
    free(progress);
}
