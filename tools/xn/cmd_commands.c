/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hidden: all rows, for the tests and for what is generated from them. A line
 * is a command and its options, "-f,--defconfig=FILE"; a * stands after what
 * help does not show.
 */
#include "base/strbuf.h"
#include "show/show.h"
#include "xn/command.h"

static void add_option(struct strbuf *line, const struct option_row *row)
{
    strbuf_putc(line, '\t');
    if (row->letter)
        strbuf_printf(line, "-%c%s", row->letter, row->name ? "," : "");
    if (row->name != NULL)
        strbuf_printf(line, "--%s", row->name);
    if (row->kind == OPTION_VALUE)
        strbuf_printf(line, "=%s", row->value ? row->value : "VALUE");
    if (row->help == NULL)
        strbuf_putc(line, '*');
}

static int run(struct invocation *inv, struct error *err)
{
    for (const struct command *const *row = commands; *row != NULL; row++) {
        const struct command *command = *row;
        const struct option_row *option = command->options;
        cleanup_strbuf struct strbuf line = { 0 };

        if (command->run == NULL)
            continue; /* a group */
        if (command->group != NULL)
            strbuf_printf(&line, "%s ", command->group);
        strbuf_printf(&line, "%s%s", command->name, command->hidden ? "*" : "");
        for (; option != NULL && (option->letter || option->name); option++)
            add_option(&line, option);
        show_printf("%s\n", line.text);
    }
    return 0;
}

const struct command command_commands = {
    .name = "__commands",
    .summary = "Prints the rows of all commands",
    .words = "",
    .without_xen = true,
    .hidden = true,
    .run = run,
};
