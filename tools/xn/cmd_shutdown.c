/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks domains to shut down; what is done and told stands in request.c. */
#include "xn/request.h"

static int run(struct invocation *inv, struct error *err)
{
    return request_run(inv, POWER_SHUTDOWN, err);
}

const struct command command_shutdown = {
    .name = "shutdown",
    .summary = "Asks domains to shut down",
    .words = "DOMAIN ... | --all",
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .options = request_options,
    .run = run,
};
