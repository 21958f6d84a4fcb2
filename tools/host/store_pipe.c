/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/store_pipe.h"

#include <errno.h>
#include <string.h>

#include "base/io.h"

/* Changes on their way at any time: few enough for any socket buffer. */
#define BATCH_BYTES (16u << 10)
#define BATCH_COUNT 256u

int store_pipe_open(struct store_pipe *pipe)
{
    *pipe = (struct store_pipe){ .fd = store_wire_connect() };
    if (pipe->fd < 0)
        return -1;
    pipe->inbox = MEM_NEW(struct store_wire_inbox);
    return 0;
}

void store_pipe_close(struct store_pipe *pipe)
{
    io_cleanup_close(&pipe->fd);
    free(pipe->inbox);
    pipe->inbox = NULL;
    strbuf_dispose(&pipe->out);
    VEC_DISPOSE(&pipe->changes);
    VEC_DISPOSE(&pipe->failures);
}

/* What errno tells stays. */
static void break_off(struct store_pipe *pipe)
{
    int cause = errno;

    store_pipe_close(pipe);
    errno = cause;
}

static void note_failure(struct store_pipe *pipe,
                         const struct store_change *change, int errnum)
{
    if (change->type == XS_RM && errnum == ENOENT)
        return;
    VEC_EACH (&pipe->failures, failure)
        if (failure->t == change->t)
            return;
    VEC_PUSH(&pipe->failures,
             ((struct store_failure){ .t = change->t, .errnum = errnum }));
}

/* 0 if none of t's changes failed; what is known is forgotten. */
static int take_failure(struct store_pipe *pipe, xs_transaction_t t)
{
    for (size_t i = 0; i < pipe->failures.count; i++) {
        struct store_failure *failure = &pipe->failures.items[i];

        if (failure->t != t)
            continue;
        int errnum = failure->errnum;
        *failure = pipe->failures.items[--pipe->failures.count];
        return errnum;
    }
    return 0;
}

static int send_all(struct store_pipe *pipe)
{
    int rc = io_write_all(pipe->fd, pipe->out.text, pipe->out.length);

    pipe->out.length = 0;
    return rc;
}

static int take_change(struct store_pipe *pipe,
                       const struct store_change *change)
{
    struct xsd_sockmsg header;
    cleanup_free char *value = NULL;

    if (store_wire_take(pipe->fd, pipe->inbox, &header, &value) < 0)
        return -1;
    if (header.type == XS_ERROR)
        note_failure(pipe, change, store_wire_errno(value));
    return 0;
}

/* The answers of all changes that were sent; of more after them, if any. */
static int take_changes(struct store_pipe *pipe, size_t more)
{
    pipe->inbox->answers = pipe->changes.count + more;
    VEC_EACH (&pipe->changes, change)
        if (take_change(pipe, change) < 0)
            return -1;
    pipe->changes.count = 0;
    return 0;
}

static int flush(struct store_pipe *pipe)
{
    if (pipe->changes.count == 0)
        return 0;
    if (send_all(pipe) == 0 && take_changes(pipe, 0) == 0)
        return 0;
    break_off(pipe);
    return -1;
}

static char *ask(struct store_pipe *pipe, enum xsd_sockmsg_type type,
                 struct xsd_sockmsg *header)
{
    char *value = NULL;

    if (send_all(pipe) < 0 || take_changes(pipe, 1) < 0 ||
        store_wire_take(pipe->fd, pipe->inbox, header, &value) < 0) {
        break_off(pipe);
        return NULL;
    }
    if (header->type == type)
        return value;
    errno = header->type == XS_ERROR ? store_wire_errno(value) : EPROTO;
    free(value);
    return NULL;
}

char *store_pipe_ask(struct store_pipe *pipe, enum xsd_sockmsg_type type,
                     xs_transaction_t t, const struct store_wire_part *parts,
                     size_t count, unsigned int *length)
{
    struct xsd_sockmsg header;

    if (store_wire_add(&pipe->out, type, 0, t, parts, count) < 0)
        return NULL;
    char *value = ask(pipe, type, &header);
    if (value != NULL && length != NULL)
        *length = header.len;
    return value;
}

int store_pipe_change(struct store_pipe *pipe, enum xsd_sockmsg_type type,
                      xs_transaction_t t, const struct store_wire_part *parts,
                      size_t count)
{
    if (store_wire_add(&pipe->out, type, 0, t, parts, count) < 0)
        return -1;
    VEC_PUSH(&pipe->changes, ((struct store_change){ .type = type, .t = t }));
    if (pipe->out.length < BATCH_BYTES && pipe->changes.count < BATCH_COUNT)
        return 0;
    return flush(pipe);
}

int store_pipe_end(struct store_pipe *pipe, xs_transaction_t t, bool leave)
{
    if (flush(pipe) < 0)
        return -1;
    int failed = take_failure(pipe, t);
    struct store_wire_part word =
        store_wire_text(failed != 0 || leave ? "F" : "T");
    cleanup_free char *ended =
        store_pipe_ask(pipe, XS_TRANSACTION_END, t, &word, 1, NULL);
    if (failed != 0 && !leave) {
        errno = failed;
        return -1;
    }
    return ended != NULL ? 0 : -1;
}
