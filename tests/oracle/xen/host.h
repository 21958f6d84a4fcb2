/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the made-up host has, for the files that answer for it; hidden from
 * the programs it is loaded into. made.c says what it is for.
 */
#ifndef XENITH_TESTS_XEN_HOST_H
#define XENITH_TESTS_XEN_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <xenctrl.h>

#include "record.h"

enum {
    CPUS = 4,
    CPUS_PER_SOCKET = 2,
    POOLS = 3,
    DOMAINS = 4,
};

struct made_pool {
    uint32_t id, scheduler, domains;
    uint8_t cpus;
};

struct made_domain {
    domid_t id;
    uint32_t pool;
    uint64_t pages;
    uint32_t flags, vcpus;
};

#pragma GCC visibility push(hidden)

extern const struct made_pool made_pools[POOLS];
extern const struct made_domain made_domains[DOMAINS];

/* Has pool 0 all CPUs (XEN_POOLS)? */
bool one_pool(void);

/* -1, with errno set. */
int fail(int errnum);

/* The word in a control/shutdown, and a word written there; other paths have
 * none. */
const char *control_word(const char *path);
void control_write(const char *path, const char *word, unsigned int length);

/* The guests of XEN_LATE take notice. */
void control_be_late(void);

/* Did the domain at that place of made_domains obey such a word? */
bool is_down(int place);

#pragma GCC visibility pop

#endif
