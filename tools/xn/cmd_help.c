/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/dispatch.h"
#include "xn/help.h"

static int run(struct invocation *inv, struct error *err)
{
    if (inv->word_count == 0) {
        help_overview();
        return 0;
    }
    int used;
    const struct command *command = dispatch_find(
        inv->words, inv->word_count, inv->settings->as_xl, &used, err);
    if (command == NULL)
        return -1;
    if (used < inv->word_count)
        return error_set(err, ERR_USAGE, "'%s' has no commands of its own",
                         inv->words[0]);
    help_command(command);
    return 0;
}

static const struct option_row options[] = {
    { 0, "long", OPTION_FLAG, NULL, NULL },
    { 0 },
};

const struct command command_help = {
    .name = "help",
    .summary = "Shows the commands, or one of them with its options",
    .words = "[COMMAND ...]",
    .max_words = 2,
    .completes = WORD_COMMAND,
    .without_xen = true,
    .options = options,
    .run = run,
};
