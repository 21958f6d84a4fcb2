/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection to xenstored on which changes within a transaction are not
 * waited for one by one. They are sent with the next question, or with the
 * transaction's end, which fails where one of them did.
 *
 * A pipe is its owner's: no two threads may use it at the same time, and no
 * process that was forked, as answers would go to either.
 */
#ifndef XENITH_HOST_STORE_PIPE_H
#define XENITH_HOST_STORE_PIPE_H

#include <stdbool.h>

#include "base/vec.h"
#include "host/store_wire.h"

/* A change of which nobody heard yet how it went. */
struct store_change {
    enum xsd_sockmsg_type type;
    xs_transaction_t t;
};

/* The first change of a transaction that failed. */
struct store_failure {
    xs_transaction_t t;
    int errnum;
};

struct store_pipe {
    int fd; /* -1: closed */
    struct store_wire_inbox *inbox;
    struct strbuf out; /* not sent */
    VEC(struct store_change) changes;
    VEC(struct store_failure) failures;
};

#define STORE_PIPE_CLOSED \
    {                     \
        .fd = -1          \
    }

/* -1 with errno, as store_wire_connect. */
int store_pipe_open(struct store_pipe *pipe);

/* Idempotent. What was not sent is not, and open transactions are left. */
void store_pipe_close(struct store_pipe *pipe);

/*
 * One request and its answer, after all that came before it. The answer is the
 * caller's, ended by a NUL that *length (may be NULL) does not count. NULL with
 * errno if xenstored refused it, or cannot be talked to: then the pipe is
 * closed.
 */
char *store_pipe_ask(struct store_pipe *pipe, enum xsd_sockmsg_type type,
                     xs_transaction_t t, const struct store_wire_part *parts,
                     size_t count, unsigned int *length);

/*
 * A change within the transaction t, of which only t's end tells whether it
 * went well. To remove what is not there is no failure. -1 with errno only if
 * it cannot be asked for.
 */
int store_pipe_change(struct store_pipe *pipe, enum xsd_sockmsg_type type,
                      xs_transaction_t t, const struct store_wire_part *parts,
                      size_t count);

/*
 * Ends t: all of its changes hold, or with leave none. -1 with errno and none
 * of them holds: EAGAIN where others changed the same, or why one failed.
 */
int store_pipe_end(struct store_pipe *pipe, xs_transaction_t t, bool leave);

#endif
