/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tables and trees for people, over libsmartcols. Columns are data; what would
 * harm a terminal is made visible as \xNN. On a terminal, columns that allow
 * it are truncated to its width; into a pipe or file everything is written in
 * full. Text that must equal xl's is no table: it goes through show_printf.
 */
#ifndef XENITH_SHOW_TABLE_H
#define XENITH_SHOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum table_flags {
    TABLE_RIGHT = 1 << 0,    /* aligned to the right: numbers */
    TABLE_TRUNCATE = 1 << 1, /* may be cut where the terminal is too narrow */
    TABLE_TREE = 1 << 2,     /* shows which row belongs to which */
};

struct table_column {
    const char *name;   /* the heading */
    unsigned int flags; /* of enum table_flags */
    double width;       /* wanted: in columns, or below 1 a part of the
                           terminal's width; 0: as wide as needed */
};

struct table;
struct table_row; /* lives as long as its table */

/* The columns must outlive the table. */
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *table);
void table_cleanup(struct table **table);
#define cleanup_table __attribute__((cleanup(table_cleanup)))

/* Begins a row, below parent in a tree (NULL: at the top). */
struct table_row *table_add_row(struct table *table, struct table_row *parent);

/* The next cell of the last row, copied; "-" for NULL or nothing. */
void table_cell(struct table *table, const char *text);
void table_cellf(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The text, each line ended by a newline, cut to width columns; 0: no limit.
 * Owned by the caller.
 */
char *table_render(struct table *table, size_t width);

/* To standard output. */
void table_print(struct table *table);

#endif
