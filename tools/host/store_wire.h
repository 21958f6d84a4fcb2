/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xenstored's socket and what goes over it: xen/io/xs_wire.h has a header of
 * four 32 bit words in the machine's order, then len bytes. xenstored answers
 * the requests of a connection in their order.
 */
#ifndef XENITH_HOST_STORE_WIRE_H
#define XENITH_HOST_STORE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include <xenstore.h>

#include <xen/io/xs_wire.h>

#include "base/strbuf.h"

/* One part of a request's bytes. */
struct store_wire_part {
    const void *bytes;
    size_t length;
};

/* Of text, with the NUL that ends it. */
struct store_wire_part store_wire_text(const char *text);

/* What was received and not yet used. Zeroed is empty. */
struct store_wire_inbox {
    char bytes[32u << 10];
    size_t begin;
    size_t end;
    size_t answers; /* of which not even the header was taken */
};

/*
 * A connection of one's own, on which no watch is ever set; a descriptor, or -1
 * with errno where xenstored has no socket: it may live in a domain. What waits
 * for it for 30 s fails with EAGAIN.
 */
int store_wire_connect(void);

/*
 * Adds a request to what is to be sent. -1 with E2BIG, and nothing is added,
 * where xenstored would drop who sends so much.
 */
int store_wire_add(struct strbuf *out, enum xsd_sockmsg_type type,
                   uint32_t request, xs_transaction_t t,
                   const struct store_wire_part *parts, size_t count);

/*
 * Takes the next of inbox->answers. *value is the caller's, ended by a NUL that
 * header->len does not count. -1 with errno if there will be none.
 */
int store_wire_take(int fd, struct store_wire_inbox *inbox,
                    struct xsd_sockmsg *header, char **value);

/* The errno of which an answer of type XS_ERROR has the name. */
int store_wire_errno(const char *name);

#endif
