/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/extents.h"

static bool is_large(const uint64_t *gfns, size_t count, size_t from)
{
    uint64_t start = gfns[from];

    if (start % EXTENTS_LARGE_FRAMES != 0 ||
        count - from < EXTENTS_LARGE_FRAMES)
        return false;
    for (size_t i = 1; i < EXTENTS_LARGE_FRAMES; i++)
        if (gfns[from + i] != start + i)
            return false;
    return true;
}

struct extents_run extents_next(const uint64_t *gfns, size_t count, size_t from)
{
    struct extents_run run = { .first = from };

    if (is_large(gfns, count, from)) {
        run.large = true;
        run.count = EXTENTS_LARGE_FRAMES;
        return run;
    }
    do
        run.count++;
    while (from + run.count < count &&
           !is_large(gfns, count, from + run.count));
    return run;
}
