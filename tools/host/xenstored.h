/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How xenstored is: what it answers in, who is connected, what it takes. */
#ifndef XENITH_HOST_XENSTORED_H
#define XENITH_HOST_XENSTORED_H

#include <stdint.h>

#include "base/error.h"

struct xenstored_facts {
    double answer_seconds;    /* one question, there and back */
    unsigned int connections; /* of processes of domain 0, ours left out */
    uint64_t resident_bytes;  /* memory; 0: it is no process of domain 0 */
};

int xenstored_facts_read(struct xenstored_facts *facts, struct error *err);

/* Connected sockets of xenstored in a text as that of /proc/net/unix. */
unsigned int xenstored_count_connections(const char *text);

#endif
