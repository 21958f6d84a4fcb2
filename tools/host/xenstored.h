/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How xenstored is: what it answers in, who is connected, what it takes. */
#ifndef XENITH_HOST_XENSTORED_H
#define XENITH_HOST_XENSTORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct xenstored_facts {
    double answer_seconds;    /* one question, there and back */
    unsigned int connections; /* of processes of domain 0, ours left out */
    uint64_t resident_bytes;  /* memory; 0: it is no process of domain 0 */
};

int xenstored_facts_read(struct xenstored_facts *facts, struct error *err);

/* What one domain takes of xenstored, as it counts for its quotas itself. */
struct xenstored_share {
    bool known; /* false: of no such domain, or xenstored does not tell */
    uint64_t nodes;
    uint64_t watches;
    uint64_t transactions; /* open */
    uint64_t outstanding;  /* requests that are not yet answered or taken */
    uint64_t memory_bytes;
};

/*
 * One question for each of count domains, through xenstored's control
 * interface; the first that is refused for another reason than that there is
 * no such domain is the last. shares has room for as many.
 */
int xenstored_shares_read(const uint32_t *domids, size_t count,
                          struct xenstored_share *shares, struct error *err);

/* The answer to xenstored's control command "quota DOMID". */
bool xenstored_parse_share(const char *text, struct xenstored_share *share);

/* Connected sockets of xenstored in a text as that of /proc/net/unix. */
unsigned int xenstored_count_connections(const char *text);

#endif
