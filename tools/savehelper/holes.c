/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/holes.h"

#include <string.h>

#include "base/mem.h"

static bool has(const uint8_t *bits, uint64_t frame)
{
    return bits[frame / 8] >> frame % 8 & 1;
}

static void set(uint8_t *bits, uint64_t frame)
{
    bits[frame / 8] |= (uint8_t)(1 << frame % 8);
}

/* Looks at frames and notes those that are there; yields how many, or -1. */
static int64_t note(const struct holes_view *view, uint64_t first, size_t count,
                    uint8_t *found)
{
    bool there[HOLES_BATCH];
    int64_t seen = 0;

    if (view->look(view->data, first, count, there) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (!there[i])
            continue;
        set(found, first + i);
        seen++;
    }
    return seen;
}

/* From the ends on, until all were seen or everything was looked at. */
static int find(const struct holes_view *view, uint64_t frames, uint64_t pages,
                uint8_t *found)
{
    uint64_t low = 0, high = frames, seen = 0;

    for (bool from_top = false; low < high && seen < pages;
         from_top = !from_top) {
        size_t count =
            high - low < HOLES_BATCH ? (size_t)(high - low) : HOLES_BATCH;
        if (from_top)
            high -= count;
        int64_t here = note(view, from_top ? high : low, count, found);
        if (here < 0)
            return -1;
        if (!from_top)
            low += count;
        seen += (uint64_t)here;
    }
    return 0;
}

int holes_clear(const struct holes_view *view, uint64_t frames, uint64_t pages,
                uint8_t *bits, uint64_t *cleared)
{
    size_t length = (size_t)(frames + 7) / 8;
    cleanup_free uint8_t *found = mem_zalloc(1, length);

    *cleared = 0;
    if (find(view, frames, pages, found) < 0)
        return -1;
    for (uint64_t frame = 0; frame < frames; frame++)
        *cleared += !has(found, frame);
    memcpy(bits, found, length);
    return 0;
}

int holes_add_new(const struct holes_view *view, uint64_t frames,
                  const uint8_t *sent, uint8_t *bits)
{
    for (uint64_t first = 0; first < frames; first += HOLES_BATCH) {
        size_t count = frames - first < HOLES_BATCH ? (size_t)(frames - first)
                                                    : HOLES_BATCH;
        bool there[HOLES_BATCH];

        if (view->look(view->data, first, count, there) < 0)
            return -1;
        for (size_t i = 0; i < count; i++)
            if (there[i] && !has(sent, first + i))
                set(bits, first + i);
    }
    return 0;
}
