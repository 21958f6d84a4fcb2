/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libsmartcols looks at the terminal and the locale by itself. Here it is told
 * the width, and works in C.UTF-8, so that the same rows give the same text
 * wherever they go. Its own escaping stays on: it does what show_safe does,
 * and without it the library never ends on text that its locale does not know.
 */
#include "show/table.h"

#include <assert.h>
#include <libsmartcols.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "show/show.h"

struct table {
    struct libscols_table *scols;
    struct libscols_line *row; /* the last one */
    size_t columns;
    size_t next; /* the column of the next cell */
};

static int scols_flags(unsigned int flags)
{
    return (flags & TABLE_RIGHT ? SCOLS_FL_RIGHT : 0) |
           (flags & TABLE_TRUNCATE ? SCOLS_FL_TRUNC : 0) |
           (flags & TABLE_TREE ? SCOLS_FL_TREE : 0);
}

struct table *table_new(const struct table_column *columns, size_t count)
{
    struct table *table = MEM_NEW(struct table);

    table->columns = count;
    table->scols = mem_check(scols_new_table());
    for (size_t i = 0; i < count; i++)
        mem_check(scols_table_new_column(table->scols, columns[i].name,
                                         columns[i].width,
                                         scols_flags(columns[i].flags)));
    return table;
}

void table_free(struct table *table)
{
    if (table == NULL)
        return;
    scols_unref_table(table->scols);
    free(table);
}

void table_cleanup(struct table **table)
{
    table_free(*table);
}

struct table_row *table_add_row(struct table *table, struct table_row *parent)
{
    table->row = mem_check(
        scols_table_new_line(table->scols, (struct libscols_line *)parent));
    table->next = 0;
    return (struct table_row *)table->row;
}

void table_cell(struct table *table, const char *text)
{
    assert(table->row != NULL && table->next < table->columns);
    if (text == NULL || *text == '\0')
        text = "-";
    int rc = scols_line_set_data(table->row, table->next++, text);
    assert(rc == 0);
    (void)rc;
}

void table_cellf(struct table *table, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cleanup_free char *text = mem_vprintf(format, args);
    va_end(args);
    table_cell(table, text);
}

static char *render(struct libscols_table *scols)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : utf8;
    char *text = NULL;

    scols_print_table_to_string(scols, &text);
    if (utf8 != (locale_t)0) {
        uselocale(before);
        freelocale(utf8);
    }
    return mem_check(text);
}

char *table_render(struct table *table, size_t width)
{
    scols_table_set_termforce(table->scols, width > 0 ? SCOLS_TERMFORCE_ALWAYS
                                                      : SCOLS_TERMFORCE_NEVER);
    scols_table_set_termwidth(table->scols, width);
    char *text = render(table->scols);
    size_t length = strlen(text);
    if (length == 0 || text[length - 1] == '\n')
        return text;
    char *ended = mem_printf("%s\n", text);
    free(text);
    return ended;
}

void table_print(struct table *table)
{
    cleanup_free char *text = table_render(table, show_width(STDOUT_FILENO));

    fputs(text, stdout);
}
