/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lets a paused domain run again. */
#include "domain/power.h"
#include "xn/command.h"
#include "xn/subject.h"

static int run(struct invocation *inv, struct error *err)
{
    struct subject subject = subject_of(inv);

    return power_unpause(&subject, err);
}

const struct command command_unpause = {
    .name = "unpause",
    .summary = "Lets a paused domain run again",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .run = run,
};
