/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who holds the host's memory, and what would free it. memory_account_read
 * asks Xen and xenstore; the rest is pure. Amounts are bytes.
 */
#ifndef XENITH_DOMAIN_MEMORY_ACCOUNT_H
#define XENITH_DOMAIN_MEMORY_ACCOUNT_H

#include "base/strbuf.h"
#include "base/vec.h"
#include "host/host.h"

/* What libxl leaves domain 0 at least (libxl_mem.c, LIBXL_MIN_DOM0_MEM). */
#define MEMORY_DOM0_LEAST ((uint64_t)128 << 20)

struct memory_holder {
    uint32_t domid;
    char *name; /* NULL: it has none; owned */
    uint64_t memory;
    uint64_t claimed; /* of what is free, promised to it */
    uint64_t target;  /* that its balloon is to reach; 0: not known */
    bool dying;
};

struct memory_account {
    uint64_t total;
    uint64_t free;    /* wiped or not, claimed or not */
    uint64_t unwiped; /* of free: Xen wipes it, then it can be given */
    uint64_t claimed; /* of free */
    uint64_t shared;  /* that sharing of pages saves */
    VEC(struct memory_holder) holders;
};

/* account is zeroed. */
int memory_account_read(struct host *host, struct memory_account *account,
                        struct error *err);
void memory_account_dispose(struct memory_account *account);
#define cleanup_memory_account __attribute__((cleanup(memory_account_dispose)))

/* What is neither free nor a domain's: Xen with its tables and heap. */
uint64_t memory_account_of_xen(const struct memory_account *account);

/* What a new domain can be given now. */
uint64_t memory_account_available(const struct memory_account *account);

/* What domain 0 could give at the very most. */
uint64_t memory_account_of_dom0(const struct memory_account *account);

enum memory_way_kind {
    MEMORY_WIPING,      /* it comes by itself, within seconds */
    MEMORY_CLAIMED,     /* builds under way will take it, or give it back */
    MEMORY_DYING,       /* a domain that is not gone yet */
    MEMORY_BALLOONING,  /* a guest is on its way to less */
    MEMORY_OF_DOMAIN_0, /* that domain 0 could give */
};

/* One way to more memory. */
struct memory_way {
    enum memory_way_kind kind;
    uint64_t bytes;
    const struct memory_holder *holder; /* NULL: it is about none */
};

struct memory_ways {
    VEC(struct memory_way) list;
};

/* Adds them; the holders are the account's. */
void memory_account_find_ways(const struct memory_account *account,
                              struct memory_ways *ways);

/* "wiping", "claimed", "dying", "ballooning", "domain-0". */
const char *memory_way_name(enum memory_way_kind kind);

#endif
