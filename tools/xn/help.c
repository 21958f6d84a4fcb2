/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/help.h"

#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "show/show.h"
#include "xn/dispatch.h"

/* For the names of an option; longer ones have a line of their own. */
#define OPTION_COLUMNS 28
/* What is left of 80 columns for their help. */
#define HELP_COLUMNS 49

const struct option_row global_options[] = {
    { 'v', NULL, OPTION_FLAG, NULL, "Says more; twice: all that libxl says" },
    { 'f', NULL, OPTION_FLAG, NULL, "Accepted as of xl, without effect" },
    { 'N', NULL, OPTION_FLAG, NULL,
      "Dry run: prints what would be done, changes nothing" },
    { 't', NULL, OPTION_FLAG, NULL, "Accepted as of xl, without effect" },
    { 'T', NULL, OPTION_FLAG, NULL, "Accepted as of xl, without effect" },
    { 0 },
};

/* The commands of a group, or those at the top, a line each. */
static void show_commands(const char *group)
{
    show_printf("\nCommands:\n");
    for (const struct command *const *row = commands; *row != NULL; row++)
        if (dispatch_shows(*row, group))
            show_printf(" %-20s %s\n", (*row)->name, (*row)->summary);
}

/* Options that the help shows. */
static bool has_options(const struct command *command)
{
    const struct option_row *row = command->options;

    for (; row != NULL && (row->letter || row->name); row++)
        if (row->help != NULL)
            return true;
    return false;
}

char *help_title(const struct command *command)
{
    if (command->group == NULL)
        return mem_strdup(command->name);
    return mem_printf("%s %s", command->group, command->name);
}

char *help_usage(const struct command *command)
{
    cleanup_free char *title = help_title(command);

    return mem_printf("Usage: xn %s%s%s%s", title,
                      has_options(command) ? " [OPTION ...]" : "",
                      command->words[0] != '\0' ? " " : "", command->words);
}

/* Bytes of the text's first line, which ends before a blank where it can. */
static size_t line_length(const char *text)
{
    size_t length = strlen(text), end = 0;

    if (length <= HELP_COLUMNS)
        return length;
    for (size_t i = 0; i <= HELP_COLUMNS; i++)
        if (text[i] == ' ')
            end = i;
    return end > 0 ? end : strcspn(text, " ");
}

/* The help behind the names, in lines below each other. */
static void show_help(const char *names, const char *text)
{
    do {
        size_t length = line_length(text);
        show_printf("  %-*s %.*s\n", OPTION_COLUMNS, names, (int)length, text);
        names = "";
        text += length;
        text += strspn(text, " ");
    } while (*text != '\0');
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
    if (names.length > OPTION_COLUMNS)
        show_printf("  %s\n", names.text);
    show_help(names.length > OPTION_COLUMNS ? "" : names.text, row->help);
}

static void show_options(const struct option_row *options)
{
    show_printf("\nOptions:\n");
    for (const struct option_row *row = options; row->letter || row->name;
         row++)
        show_option(row);
}

void help_overview(void)
{
    show_printf("Usage: xn [-vfNtT] COMMAND [OPTION ...] [WORD ...]\n\n"
                "Builds and runs Xen guests.\n");
    show_options(global_options);
    show_commands(NULL);
    show_printf("\n'xn help COMMAND' tells more; xn(1) tells all.\n");
}

void help_command(const struct command *command)
{
    cleanup_free char *usage = help_usage(command);

    show_printf("%s\n\n%s.\n", usage, command->summary);
    if (command->more != NULL)
        show_printf("%s\n", command->more);
    if (command->run == NULL)
        show_commands(command->name);
    if (has_options(command))
        show_options(command->options);
}
