/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Chooses how hard to compress by what the frames wait for: for the link, then
 * more compression costs nothing; for the processors, then less of it is
 * faster. Without a jam it stays as it is.
 */
#ifndef XENITH_STREAM_TUNE_H
#define XENITH_STREAM_TUNE_H

#include "stream/codec.h"
#include "stream/pool.h"

struct tune {
    struct codec_choice choice; /* of the next frame */
    unsigned int rung;          /* on the ladder of choices */
    unsigned int wait;          /* frames until it may change again */
    unsigned int patience;      /* frames to wait after a change */
    int direction;              /* of the last change, 0 for none yet */
};

/* A choice that is not automatic never changes. */
void tune_init(struct tune *tune, const struct codec_choice *choice);

/* Once for each frame, with the load before it is submitted. */
void tune_step(struct tune *tune, const struct pool_load *load);

#endif
