/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hidden: the worker that xnd starts when a guest's devices have changed. */
#include "base/number.h"
#include "domain/hooks/told.h"
#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    uint32_t domid;

    if (!number_parse_u32(inv->words[0], &domid))
        return error_set(err, ERR_USAGE, "'%s' is no domain's id",
                         inv->words[0]);
    return told_compare(inv->host, domid, err);
}

const struct command command_hooks_devices = {
    .name = "devices",
    .group = "hooks",
    .summary = "Tells hooks of devices that others attached (for xnd)",
    .words = "DOMID",
    .min_words = 1,
    .max_words = 1,
    .hidden = true,
    .run = run,
};
