/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The magic system request key for a Linux guest that no longer listens. */
#include "domain/power.h"
#include "xn/command.h"
#include "xn/subject.h"

static int run(struct invocation *inv, struct error *err)
{
    struct subject subject = subject_of(inv);
    const char *key = inv->words[0];

    if (key[0] == '\0' || key[1] != '\0')
        return error_set(err, ERR_USAGE, "'%s' is not one letter", key);
    return power_sysrq(&subject, key[0], err);
}

const struct command command_sysrq = {
    .name = "sysrq",
    .summary = "Sends a magic system request to a domain",
    .words = "DOMAIN LETTER",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .run = run,
};
