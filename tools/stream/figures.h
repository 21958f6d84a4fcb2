/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How far a transfer is, in memory that several processes share: the codec
 * counts bytes, who drives libxl counts rounds, who shows them reads. Each
 * figure is right for itself; nothing but what is shown depends on them.
 */
#ifndef XENITH_STREAM_FIGURES_H
#define XENITH_STREAM_FIGURES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct stream_figures {
    _Atomic uint64_t bytes;   /* of what libxl wrote, or reads */
    _Atomic uint64_t carried; /* of the file, or the wire */
    _Atomic uint64_t round;   /* libxl's, from 1; 0: not known */
    _Atomic uint64_t pages;   /* to be sent in it */
    _Atomic uint64_t sent;    /* of them */
};

/* The memory, and the file that others map it from. */
struct figures {
    struct stream_figures *shared;
    int fd; /* owned */
};

#define FIGURES_INIT ((struct figures){ .fd = -1 })

int figures_open(struct figures *figures, struct error *err);
void figures_close(struct figures *figures);
#define cleanup_figures __attribute__((cleanup(figures_close)))

/* In another process: unmapped at its end; NULL with err. */
struct stream_figures *figures_map(int fd, struct error *err);

static inline void figures_add(_Atomic uint64_t *figure, uint64_t amount)
{
    atomic_fetch_add_explicit(figure, amount, memory_order_relaxed);
}

static inline void figures_set(_Atomic uint64_t *figure, uint64_t value)
{
    atomic_store_explicit(figure, value, memory_order_relaxed);
}

static inline uint64_t figures_get(const _Atomic uint64_t *figure)
{
    return atomic_load_explicit(figure, memory_order_relaxed);
}

#endif
