/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parameters of the hypervisor that it can change while it runs. */
#include "host/hypervisor.h"
#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    return hypervisor_set_parameters(inv->host, inv->words[0], err);
}

const struct command command_set_parameters = {
    .name = "set-parameters",
    .summary = "Sets parameters of the running hypervisor",
    .words = "PARAMETERS",
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
