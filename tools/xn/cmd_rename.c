/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Another name for a domain; it goes on running. */
#include "domain/name.h"
#include "xn/command.h"
#include "xn/subject.h"

static int run(struct invocation *inv, struct error *err)
{
    struct subject subject = subject_of(inv);

    return name_change(&subject, inv->words[0], err);
}

const struct command command_rename = {
    .name = "rename",
    .summary = "Gives a domain another name",
    .words = "DOMAIN NAME",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .run = run,
};
