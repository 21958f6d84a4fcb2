/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/attach.h"

#include <stdio.h>

#include "base/interrupt.h"

/* The terminal's events are the console's. */
static int follow(struct terminal_far *far, enum terminal_event event,
                  struct error *err)
{
    static const enum console_event events[] = {
        [TERMINAL_CHANGED] = CONSOLE_CHANGED,
        [TERMINAL_HUNG_UP] = CONSOLE_HUNG_UP,
        [TERMINAL_QUIET] = CONSOLE_QUIET,
    };
    struct console *console = far->data;
    int rc = console_follow(console, events[event], &far->wait_ms, err);

    far->tty = console_tty(console);
    return rc;
}

static void say_end(const struct console *console,
                    const struct attach_options *options,
                    const struct terminal_result *result)
{
    if (result->interactive)
        fputc('\n', stderr);
    if (options->quiet)
        return;
    if (result->end == TERMINAL_OVER)
        fprintf(stderr, "xn: %s\n", console_end_text(console));
    else if (result->end == TERMINAL_LEFT)
        fprintf(stderr, "xn: left the console\n");
}

static int join(struct console *console, const struct attach_options *options,
                int *exit_status, struct error *err)
{
    struct terminal_options terminal = options->terminal;
    cleanup_strbuf struct strbuf before = { 0 };
    struct terminal_result result;
    struct terminal_far far = {
        .tty = console_tty(console),
        .watch = console_watch_fd(console),
        .wait_ms = -1,
        .follow = follow,
        .data = console,
    };

    if (options->replay) {
        if (console_replay(console, &before, err) < 0)
            return -1;
        terminal.first = before.text;
        terminal.first_length = before.length;
    }
    if (terminal_join(&far, &terminal, &result, err) < 0) {
        if (result.interactive)
            fputc('\n', stderr);
        return -1;
    }
    say_end(console, options, &result);
    *exit_status = result.end == TERMINAL_SIGNALLED ? 128 + result.signal : 0;
    return 0;
}

int attach_console(struct host *host, uint32_t domid,
                   const struct attach_options *options,
                   int (*on_ready)(void *data, struct error *err), void *data,
                   bool *ready, int *exit_status, struct error *err)
{
    struct console *console = NULL;

    if (ready != NULL)
        *ready = false;
    /* Until the console's lock is given back: who hangs up sends SIGHUP more
     * than once. */
    if (interrupt_install(err) < 0)
        return -1;
    if (console_open(host, domid, &options->console, &console, err) < 0)
        return -1;
    int rc = on_ready != NULL ? on_ready(data, err) : 0;
    if (rc == 0) {
        if (ready != NULL)
            *ready = true;
        rc = join(console, options, exit_status, err);
    }
    console_close(console);
    return rc;
}
