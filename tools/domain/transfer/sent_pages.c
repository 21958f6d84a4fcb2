/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/sent_pages.h"

#include <stdio.h>
#include <string.h>

#include "stream/frame.h"

/* Of a frame in a PAGE_DATA record: its number and type. */
#define LISTED_BYTES 8

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Pages that came through in this round, in which so many frames are done. */
static uint64_t count_sent(const struct sent_pages *pages, uint64_t done)
{
    uint64_t bytes = figures_get(&pages->figures->bytes) - pages->began;
    uint64_t listed = done * LISTED_BYTES;

    return bytes > listed ? (bytes - listed) / STREAM_PAGE : 0;
}

/* Pages of the round that are still to come. */
static uint64_t count_left(const struct sent_pages *pages, uint64_t done,
                           uint64_t total)
{
    uint64_t frames = total > done ? total - done : 0;

    if (pages->guest == 0)
        return frames;
    return least(frames,
                 pages->guest - least(pages->guest, count_sent(pages, done)));
}

/* "Frames iteration 2", 1024 of 32768; "Frames": of a guest that stands. */
void sent_pages_note(void *data, const char *what, unsigned long done,
                     unsigned long total)
{
    static const char prefix[] = "Frames iteration ";
    struct sent_pages *pages = data;
    struct stream_figures *figures = pages->figures;
    uint64_t all = pages->guest > 0 ? least(total, pages->guest) : total;
    unsigned int round = 0;

    if (total == 0 || strncmp(what, "Frames", strlen("Frames")) != 0)
        return;
    if (strncmp(what, prefix, strlen(prefix)) == 0)
        sscanf(what + strlen(prefix), "%u", &round);
    if (done == 0)
        pages->began = figures_get(&figures->bytes);
    figures_set(&figures->round, (uint64_t)round + 1);
    figures_set(&figures->pages, all);
    figures_set(&figures->sent, all - count_left(pages, done, total));
}
