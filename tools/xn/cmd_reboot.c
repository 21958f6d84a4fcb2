/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks domains to restart; what is done and told stands in request.c. */
#include "xn/request.h"

static int run(struct invocation *inv, struct error *err)
{
    return request_run(inv, POWER_REBOOT, err);
}

const struct command command_reboot = {
    .name = "reboot",
    .summary = "Asks domains to restart",
    .words = "DOMAIN ... | --all",
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .options = request_options,
    .run = run,
};
