/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which frames of its space a translated guest does not have. libxc sends it by
 * frame numbers, from 0 to the last one, and has Xen look at each and the
 * reader take note of it: a million of them below the special pages at 4 GiB,
 * for a guest of 128 MiB. Pure.
 */
#ifndef XENITH_SAVEHELPER_HOLES_H
#define XENITH_SAVEHELPER_HOLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What Xen looks at in one call. */
#define HOLES_BATCH ((size_t)1024)

/* How to look at a guest. */
struct holes_view {
    /* Which of count frames, up to HOLES_BATCH, are there; -1 with errno. */
    int (*look)(void *data, uint64_t first, size_t count, bool *there);
    void *data;
};

/*
 * Clears the bits of frames that are not there (bit i % 8 of byte i / 8, frames
 * of them, all of them set). It looks from both ends, where guests have their
 * pages, and at no more once all of the pages were seen. *cleared is how many.
 * -1 with errno if it cannot look: then the bits are as they were.
 */
int holes_clear(const struct holes_view *view, uint64_t frames, uint64_t pages,
                uint8_t *bits, uint64_t *cleared);

/* Sets the bits of frames that are there now and have none in sent. */
int holes_add_new(const struct holes_view *view, uint64_t frames,
                  const uint8_t *sent, uint8_t *bits);

#endif
