/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The load that the guest puts on its memory, told by words on its command
 * line or its console: dirty=MIB_PER_S, fill=random, fill=zero. A fill writes
 * all of the memory at once, and says what is written from then on.
 */
#ifndef XENITH_GUEST_LOAD_H
#define XENITH_GUEST_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load {
    uint8_t *memory;
    size_t pages;
    bool random;    /* bytes that do not compress; else zeros */
    uint64_t rate;  /* MiB a second */
    uint64_t owed;  /* bytes not yet written */
    uint64_t since; /* nanoseconds: until when rate is accounted for */
    size_t next;    /* page */
    uint64_t state; /* of the random numbers, never 0 */
};

#define LOAD_INIT                   \
    {                               \
        .state = 0x9e3779b97f4a7c15 \
    }

/* One word of so many bytes; false if it is none of the above. */
bool load_obey(struct load *load, const char *word, size_t length);

/* Writes what is due at the time. It never makes up for more than a tenth of
 * a second, as a guest that stood still would do nothing else then. */
void load_run(struct load *load, uint64_t now);

#endif
