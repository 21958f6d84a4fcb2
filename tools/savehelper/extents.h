/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which of the frames that a restore asks memory for can be had as an extent of
 * 2 MiB. Pure.
 *
 * libxc's restore asks for single frames, a batch of up to 1024 at a time, in
 * the order in which they were sent: ascending, and in whole aligned batches in
 * the first round (xg_sr_save.c, send_dirty_pages and MAX_BATCH_SIZE). So all
 * 512 frames of an aligned extent, each once, come in one request where the
 * guest has them all; where one is missing the frames stay single, so that a
 * guest never gets memory that it did not have.
 */
#ifndef XENITH_SAVEHELPER_EXTENTS_H
#define XENITH_SAVEHELPER_EXTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXTENTS_LARGE_ORDER 9
#define EXTENTS_LARGE_FRAMES ((size_t)1 << EXTENTS_LARGE_ORDER)

struct extents_run {
    size_t first; /* index into the frames */
    size_t count; /* EXTENTS_LARGE_FRAMES if large */
    bool large;
};

/*
 * The run that begins at index from: a large extent, or the frames up to the
 * next one. from < count.
 */
struct extents_run extents_next(const uint64_t *gfns, size_t count,
                                size_t from);

#endif
