/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/rounds.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

/* No line is as long. */
#define LINE_MAX_BYTES 4096

int rounds_pipe_open(struct rounds_pipe *way, struct error *err)
{
    int ends[2];

    *way = ROUNDS_PIPE_INIT;
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    way->in = ends[0];
    way->out = ends[1];
    if (fcntl(way->out, F_SETFD, 0) == 0)
        return 0;
    error_set_errno(err, ERR_FAILED, errno, "pipe");
    rounds_pipe_close(way);
    return -1;
}

static void note_round(const struct report *report, struct rounds *rounds)
{
    rounds->count = report->round;
    rounds->sent += report->sent;
    rounds->dirty = report->dirty;
    rounds->ms = report->ms;
}

static void note(const struct report *report, struct rounds *rounds)
{
    switch (report->kind) {
    case REPORT_ROUND:
        note_round(report, rounds);
        break;
    case REPORT_STOP:
    case REPORT_BUSY:
        rounds->stopped = report->kind == REPORT_STOP;
        rounds->busy = report->kind == REPORT_BUSY;
        rounds->rest_ms = report->ms;
        break;
    case REPORT_STOCK:
        memcpy(rounds->stock, report->why, sizeof(rounds->stock));
        break;
    }
}

/* The whole lines of what came. */
static void take_lines(struct strbuf *came, struct rounds *rounds)
{
    struct report report;
    char *at = came->text, *end;

    while ((end = memchr(at, '\n', came->length - (size_t)(at - came->text))) !=
           NULL) {
        *end = '\0';
        if (report_parse(at, &report))
            note(&report, rounds);
        at = end + 1;
    }
    came->length -= (size_t)(at - came->text);
    memmove(came->text, at, came->length + 1);
    if (came->length > LINE_MAX_BYTES)
        came->length = 0;
}

void rounds_pipe_read(struct rounds_pipe *way, struct rounds *rounds)
{
    char block[4096];
    ssize_t got;

    while (way->in >= 0 && (got = read(way->in, block, sizeof(block))) > 0) {
        strbuf_add(&way->rest, block, (size_t)got);
        take_lines(&way->rest, rounds);
    }
}

void rounds_pipe_close(struct rounds_pipe *way)
{
    io_cleanup_close(&way->in);
    io_cleanup_close(&way->out);
    strbuf_dispose(&way->rest);
}
