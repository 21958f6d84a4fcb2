/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stops a domain's virtual CPUs until it is unpaused. */
#include "domain/power.h"
#include "xn/command.h"
#include "xn/subject.h"

static int run(struct invocation *inv, struct error *err)
{
    struct subject subject = subject_of(inv);

    return power_pause(&subject, err);
}

const struct command command_pause = {
    .name = "pause",
    .summary = "Stops a domain's virtual CPUs until it is unpaused",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .run = run,
};
