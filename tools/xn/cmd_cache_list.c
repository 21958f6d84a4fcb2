/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unpacked kernels that are kept, and what they were unpacked from. */
#include <time.h>

#include "domain/kernel/kernel_cache.h"
#include "show/show.h"
#include "show/table.h"
#include "xn/command.h"

static const struct table_column columns[] = {
    { .name = "MIB", .flags = TABLE_RIGHT },
    { .name = "LAST USED" },
    { .name = "KEY", .flags = TABLE_TRUNCATE },
    { .name = "UNPACKED FROM", .flags = TABLE_TRUNCATE },
};

static double to_mib(uint64_t bytes)
{
    return (double)bytes / (1 << 20);
}

static void add_row(struct table *table, const struct kernel_cache_entry *entry)
{
    char used[32] = "";
    struct tm local;

    if (localtime_r(&entry->used, &local) != NULL)
        strftime(used, sizeof(used), "%Y-%m-%d %H:%M:%S", &local);
    table_add_row(table, NULL);
    table_cellf(table, "%.1f", to_mib(entry->bytes));
    table_cell(table, used);
    table_cell(table, entry->key);
    table_cell(table, entry->files.count > 0 ? entry->files.items[0] : NULL);
    for (size_t i = 1; i < entry->files.count; i++) {
        table_add_row(table, NULL);
        table_cell(table, "");
        table_cell(table, "");
        table_cell(table, "");
        table_cell(table, entry->files.items[i]);
    }
}

static void show_text(const struct kernel_cache_list *list)
{
    cleanup_table struct table *table =
        table_new(columns, sizeof(columns) / sizeof(columns[0]));

    VEC_EACH (&list->items, entry)
        add_row(table, entry);
    if (list->items.count > 0)
        table_print(table);
    show_printf("%.1f of at most %.1f MiB\n", to_mib(list->bytes),
                to_mib(kernel_cache_of_host.limit));
}

static void show_json(const struct kernel_cache_list *list)
{
    struct json_writer *json = show_json_begin("cache-list");

    json_add_string(json, "folder", kernel_cache_of_host.folder);
    json_add_uint(json, "bytes", list->bytes);
    json_add_uint(json, "limit_bytes", kernel_cache_of_host.limit);
    json_key(json, "kernels");
    json_begin_array(json);
    VEC_EACH (&list->items, entry) {
        json_begin_object(json);
        json_add_string(json, "key", entry->key);
        json_add_uint(json, "bytes", entry->bytes);
        json_add_int(json, "last_used", entry->used);
        json_key(json, "files");
        json_begin_array(json);
        VEC_EACH (&entry->files, file)
            json_string(json, *file);
        json_end_array(json);
        json_end_object(json);
    }
    json_end_array(json);
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_kernel_cache_list struct kernel_cache_list list = { 0 };

    if (kernel_cache_list(&kernel_cache_of_host, &list, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0)
        show_json(&list);
    else
        show_text(&list);
    return 0;
}

const struct command command_cache_list = {
    .name = "list",
    .group = "cache",
    .summary = "Lists the unpacked kernels that are kept",
    .words = "",
    .without_xen = true,
    .options = json_option,
    .run = run,
};
