/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that is logged about a guest, in one. */
#include "base/mem.h"
#include "xn/log_view.h"

static int run(struct invocation *inv, struct error *err)
{
    cleanup_free char *name = log_view_name(inv, inv->words[0]);
    struct logs logs = { 0 };

    logs_open(&logs, name);
    int rc = log_view_run(inv, &logs, err);
    logs_close(&logs);
    return rc;
}

const struct command command_logs = {
    .name = "logs",
    .ours = true,
    .summary = "Shows all that is logged about a guest",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .completes = WORD_DOMAIN,
    .options = log_view_options,
    .run = run,
};
