/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/tune.h"

#include <string.h>

/* From the fastest to the smallest. */
static const struct codec_choice ladder[] = {
    { .codec = FRAME_CODEC_NONE },
    { .codec = FRAME_CODEC_LZ4 },
    { .codec = FRAME_CODEC_ZSTD, .level = 1 },
    { .codec = FRAME_CODEC_ZSTD, .level = 3 },
};
#define RUNGS (sizeof(ladder) / sizeof(ladder[0]))
#define FIRST_RUNG 2

#define PATIENCE_MIN 8
#define PATIENCE_MAX 256

void tune_init(struct tune *tune, const struct codec_choice *choice)
{
    *tune = (struct tune){
        .choice = choice->automatic ? ladder[FIRST_RUNG] : *choice,
        .rung = FIRST_RUNG,
        .wait = PATIENCE_MIN,
        .patience = PATIENCE_MIN,
    };
    tune->choice.automatic = choice->automatic;
}

/* Where most of a full pool's frames are: +1 the link, -1 the processors. */
static int direction_of(const struct pool_load *load)
{
    if (load->working + load->done + 1 < load->slots)
        return 0;
    return load->done > load->working ? 1 : -1;
}

/*
 * Going back at once means that the other rung was the better one: it takes
 * longer each time until the neighbour is tried again.
 */
static void change(struct tune *tune, int direction)
{
    if (tune->direction == -direction)
        tune->patience *= 2;
    else
        tune->patience = PATIENCE_MIN;
    if (tune->patience > PATIENCE_MAX)
        tune->patience = PATIENCE_MAX;
    tune->direction = direction;
    tune->wait = tune->patience;
    tune->rung += (unsigned int)direction;
    tune->choice = ladder[tune->rung];
    tune->choice.automatic = true;
}

void tune_step(struct tune *tune, const struct pool_load *load)
{
    if (!tune->choice.automatic)
        return;
    if (tune->wait > 0) {
        tune->wait--;
        return;
    }
    int direction = direction_of(load);
    if (direction < 0 ? tune->rung > 0
                      : direction > 0 && tune->rung + 1 < RUNGS)
        change(tune, direction);
}
