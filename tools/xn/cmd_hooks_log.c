/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What hooks did: one line for each time that one ran. */
#include "base/mem.h"
#include "xn/log_view.h"

static int run(struct invocation *inv, struct error *err)
{
    cleanup_free char *name =
        inv->word_count > 0 ? log_view_name(inv, inv->words[0]) : NULL;
    struct logs logs = { 0 };

    logs_open_hooks(&logs, name);
    int rc = log_view_run(inv, &logs, err);
    logs_close(&logs);
    return rc;
}

const struct command command_hooks_log = {
    .name = "log",
    .group = "hooks",
    .summary = "Shows which hooks ran, and how that ended",
    .words = "[DOMAIN]",
    .max_words = 1,
    .completes = WORD_DOMAIN,
    .options = log_view_options,
    .run = run,
};
