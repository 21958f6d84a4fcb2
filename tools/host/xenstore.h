/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading many xenstore nodes at once. libxenstore waits for the answer to
 * each question; a list of a hundred guests is a hundred round trips. Here the
 * questions go out together over one connection to xenstored's socket, in
 * batches that stay below what its buffers hold.
 */
#ifndef XENITH_HOST_XENSTORE_H
#define XENITH_HOST_XENSTORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/vec.h"

struct xenstore_read {
    char *path;    /* owned */
    char *value;   /* owned, ended by a NUL; NULL: none, see errnum */
    size_t length; /* of value, bytes */
    int errnum;    /* 0, or why there is no value: ENOENT, EACCES, ... */
};

struct xenstore_reads {
    VEC(struct xenstore_read) list;
    /* It is an error where xenstored has no socket. Else libxenstore is asked
     * then, which waits for ever in a Dom0 whose xenstored does not run. */
    bool by_socket;
};

/* Adds a question; returns its place in the list. */
size_t xenstore_reads_add(struct xenstore_reads *reads, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Answers all questions of the list. -1 only if xenstored cannot be talked to
 * (ERR_HOST); a node that is not there is an answer.
 */
int xenstore_reads_run(struct xenstore_reads *reads, struct error *err);

/*
 * The same over a connection (host/store_wire.h) on which nothing else is under
 * way. -1 with errno, and the connection is of no use any more.
 */
int xenstore_reads_run_on(int fd, struct xenstore_reads *reads);

/* The value at a place, NULL if there is none. */
const char *xenstore_reads_value(const struct xenstore_reads *reads,
                                 size_t place);

void xenstore_reads_dispose(struct xenstore_reads *reads);
#define cleanup_xenstore_reads __attribute__((cleanup(xenstore_reads_dispose)))

#endif
