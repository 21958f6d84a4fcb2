/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>

#include "base/number.h"
#include "xn/attach.h"
#include "xn/command.h"

static int read_options(const struct invocation *inv,
                        struct attach_options *options, struct error *err)
{
    const char *type = invocation_value(inv, "t");
    const char *number = invocation_value(inv, "n");
    const char *escape = invocation_value(inv, "e");
    uint32_t value;

    if (type != NULL &&
        console_parse_type(type, &options->console.type, err) < 0)
        return -1;
    if (number != NULL) {
        if (!number_parse_u32(number, &value))
            return error_set(err, ERR_USAGE, "console number '%s'", number);
        options->console.number = value;
    }
    if (escape != NULL &&
        terminal_parse_escape(escape, &options->terminal.escape, err) < 0)
        return -1;
    options->replay = invocation_count(inv, "replay") > 0;
    options->terminal.raw = invocation_count(inv, "raw") > 0;
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    struct attach_options options = ATTACH_DEFAULTS;

    if (read_options(inv, &options, err) < 0)
        return -1;
    if (inv->settings->as_xl) {
        options.quiet = true;
        options.terminal.only_from_keys = true;
    }
    int rc = attach_console(inv->host, inv->domid, &options, NULL, NULL, NULL,
                            &inv->exit_status, err);
    if (inv->settings->as_xl && inv->exit_status == 128 + SIGTERM)
        inv->exit_status = 0; /* as xenconsole */
    return rc;
}

static const struct option_row options[] = {
    { 't', "type", OPTION_VALUE, "TYPE",
      "pv, serial or vuart (default: serial for HVM, else pv)" },
    { 'n', "num", OPTION_VALUE, "NUM", "The console's number (default: 0)" },
    { 'e', "escape", OPTION_VALUE, "CHAR",
      "The key that leaves (default: ^])" },
    { 0, "replay", OPTION_FLAG, NULL,
      "Begins with what the guest printed before" },
    { 0, "raw", OPTION_FLAG, NULL,
      "Does not filter what could harm the terminal" },
    { 0 },
};

const struct command command_console = {
    .name = "console",
    .summary = "Attaches to a domain's console; ^] leaves it",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .options = options,
    .run = run,
};
