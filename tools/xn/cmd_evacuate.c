/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clears this host of its guests. */
#include "xn/evacuate.h"
#include "xn/rounds.h"

static int run(struct invocation *inv, struct error *err)
{
    return evacuate(inv, inv->words, inv->word_count, err);
}

static const struct option_row options[] = {
    EVACUATE_JOBS_ROW,
    { 0, "timeout", OPTION_VALUE, "SECONDS", "For all of them together" },
    { 's', "ssh", OPTION_VALUE, "COMMAND",
      "Reaches the hosts by this instead of ssh" },
    { 0, "compress", OPTION_VALUE, "HOW", "auto, none, lz4, zstd[:LEVEL]" },
    { 0, "bwlimit", OPTION_VALUE, "RATE",
      "Sends no more bytes a second for each; K, M, G" },
    { 0, "stall-timeout", OPTION_VALUE, "SECONDS",
      "Fails when nothing moves for so long; 0: never" },
    ROUNDS_ROWS,
    { 0, "json", OPTION_FLAG, NULL,
      "Prints what was done as JSON (xn.evacuate/1)" },
    { 0 },
};

const struct command command_evacuate = {
    .name = "evacuate",
    .ours = true,
    .summary = "Moves all domains to other hosts",
    .words = "HOST ...",
    .min_words = 1,
    .max_words = -1,
    .completes = WORD_HOST,
    .options = options,
    .run = run,
};
