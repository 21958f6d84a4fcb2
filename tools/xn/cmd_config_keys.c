/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of keys, as a table. */
#include "base/mem.h"
#include "config/explain.h"
#include "show/show.h"
#include "show/table.h"
#include "xn/command.h"
#include "xn/key_json.h"

static const struct table_column columns[] = {
    { .name = "KEY" },
    { .name = "TYPE", .flags = TABLE_TRUNCATE },
    { .name = "FOR" },
    { .name = "DEFAULT", .flags = TABLE_TRUNCATE },
    { .name = "WHAT IT IS", .flags = TABLE_TRUNCATE },
};

static void show_keys(void)
{
    cleanup_table struct table *table =
        table_new(columns, sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < config_key_count(); i++) {
        const struct config_key *key = config_key_at(i);
        cleanup_free char *type = explain_type(key);
        cleanup_free char *guests = explain_guests(key);

        table_add_row(table, NULL);
        table_cell(table, key->name);
        table_cell(table, type);
        table_cell(table, guests);
        table_cell(table, key->fallback);
        table_cell(table, key->help);
    }
    table_print(table);
}

static int run(struct invocation *inv, struct error *err)
{
    if (invocation_count(inv, "json") == 0) {
        show_keys();
        return 0;
    }
    struct json_writer *json = show_json_begin("config-keys");
    json_key(json, "keys");
    json_begin_array(json);
    for (size_t i = 0; i < config_key_count(); i++) {
        json_begin_object(json);
        key_json_add(json, config_key_at(i));
        json_end_object(json);
    }
    json_end_array(json);
    show_json_end(json);
    return 0;
}

const struct command command_config_keys = {
    .name = "keys",
    .group = "config",
    .summary = "Lists all keys of a configuration file",
    .words = "",
    .without_xen = true,
    .options = json_option,
    .run = run,
};
