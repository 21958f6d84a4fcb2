/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/help.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "show/show.h"

void help_overview(void)
{
    show_printf("Usage: xn [-v] [-f] [-N] COMMAND [OPTION ...] [WORD ...]\n\n"
                "Builds and runs Xen guests.\n\nCommands:\n");
    for (const struct command *const *row = commands; *row != NULL; row++)
        if (!(*row)->hidden)
            show_printf(" %-20s %s\n", (*row)->name, (*row)->summary);
    show_printf("\n'xn help COMMAND' tells more; xn(1) tells all.\n");
}

char *help_usage(const struct command *command)
{
    return mem_printf("Usage: xn %s%s%s%s", command->name,
                      command->options != NULL ? " [OPTION ...]" : "",
                      command->words[0] != '\0' ? " " : "", command->words);
}

static void show_option(const struct option_row *row)
{
    cleanup_strbuf struct strbuf names = { 0 };

    if (row->help == NULL)
        return;
    if (row->letter)
        strbuf_printf(&names, "-%c", row->letter);
    if (row->name != NULL)
        strbuf_printf(&names, "%s--%s", row->letter ? ", " : "    ", row->name);
    if (row->kind == OPTION_VALUE)
        strbuf_printf(&names, " %s", row->value ? row->value : "VALUE");
    show_printf("  %-28s %s\n", names.text, row->help);
}

void help_command(const struct command *command)
{
    cleanup_free char *usage = help_usage(command);

    show_printf("%s\n\n%s.\n", usage, command->summary);
    const struct option_row *row = command->options;
    if (row == NULL)
        return;
    show_printf("\nOptions:\n");
    for (; row->letter || row->name; row++)
        show_option(row);
}
