/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers by chance that a seed repeats. */
#ifndef XENITH_TESTS_DRAW_H
#define XENITH_TESTS_DRAW_H

#include <stddef.h>
#include <stdint.h>

/* From 0 to below - 1; moves the seed on. */
static inline unsigned int draw_below(uint64_t *seed, unsigned int below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned int)(*seed >> 33) % below;
}

/* One of an array. */
#define DRAW_ONE(seed, choices) \
    ((choices)[draw_below(      \
        seed, (unsigned int)(sizeof(choices) / sizeof((choices)[0])))])

#endif
