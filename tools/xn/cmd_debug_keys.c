/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of Xen's own console: what they print is shown by xn dmesg. */
#include "host/hypervisor.h"
#include "xn/command.h"

static int run(struct invocation *inv, struct error *err)
{
    return hypervisor_send_keys(inv->host, inv->words[0], err);
}

const struct command command_debug_keys = {
    .name = "debug-keys",
    .summary = "Sends debug keys to Xen; h lists them in its messages",
    .words = "KEYS",
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
