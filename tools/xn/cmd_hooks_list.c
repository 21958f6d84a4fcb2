/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hooks of this host and of a guest, and the watch rules. */
#include "base/paths.h"
#include "domain/hooks/hook_list.h"
#include "domain/hooks/watch_list.h"
#include "show/show.h"
#include "show/table.h"
#include "xn/hook_subject.h"

static const struct table_column columns[] = {
    { .name = "HOOK" },
    { .name = "EVENT" },
    { .name = "STATE", .flags = TABLE_TRUNCATE },
    { .name = "PROGRAM", .flags = TABLE_TRUNCATE },
};

static const char *event_of(const struct hook *hook)
{
    return hook->event < 0 ? "all"
                           : hook_event_name((enum hook_event)hook->event);
}

/* Hooks and rules as one list: a rule's event is what it watches. */
static void show_text(const struct hook_list *list,
                      const struct watch_list *rules)
{
    cleanup_table struct table *table =
        table_new(columns, sizeof(columns) / sizeof(columns[0]));

    VEC_EACH (&list->items, hook) {
        table_add_row(table, NULL);
        table_cell(table, hook->name);
        table_cell(table, event_of(hook));
        table_cell(table, hook->fault == NULL ? "runs" : hook->fault);
        table_cell(table, hook->path);
    }
    VEC_EACH (&rules->items, entry) {
        const struct watchrule *rule = &entry->rule;
        table_add_row(table, NULL);
        table_cell(table, entry->name);
        table_cellf(table, "%s%s", rule->of_guest ? "~/" : "",
                    rule->path != NULL ? rule->path : "-");
        table_cell(table, entry->fault == NULL ? "watches" : entry->fault);
        table_cell(table,
                   rule->command.count > 0 ? rule->command.items[0] : NULL);
    }
    if (list->items.count + rules->items.count > 0)
        table_print(table);
}

static void add_rule(struct json_writer *json, const struct watch_entry *entry)
{
    const struct watchrule *rule = &entry->rule;

    json_begin_object(json);
    json_add_string(json, "name", entry->name);
    json_add_string(json, "file", entry->file);
    json_add_bool(json, "watches", entry->fault == NULL);
    if (entry->fault != NULL) {
        json_add_string(json, "fault", entry->fault);
    } else {
        json_add_string(json, "path", rule->path);
        json_add_bool(json, "of_guest", rule->of_guest);
        json_key(json, "command");
        json_begin_array(json);
        VEC_EACH (&rule->command, word)
            json_string(json, *word);
        json_end_array(json);
        json_add_string(json, "user", rule->user);
        json_add_uint(json, "every_seconds", rule->every);
        json_add_uint(json, "timeout_seconds", rule->timeout);
    }
    json_end_object(json);
}

static void show_json(const struct hook_list *list,
                      const struct watch_list *rules)
{
    struct json_writer *json = show_json_begin("hooks-list");

    json_add_string(json, "folder", hook_place_of_host.folder);
    json_key(json, "hooks");
    json_begin_array(json);
    VEC_EACH (&list->items, hook) {
        json_begin_object(json);
        json_add_string(json, "name", hook->name);
        json_add_string(json, "event", event_of(hook));
        json_add_string(json, "path", hook->path);
        json_add_bool(json, "runs", hook->fault == NULL);
        if (hook->fault != NULL)
            json_add_string(json, "fault", hook->fault);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "rules");
    json_begin_array(json);
    VEC_EACH (&rules->items, entry)
        add_rule(json, entry);
    json_end_array(json);
    show_json_end(json);
}

static int list_hooks(const struct invocation *inv, char *const *own,
                      struct error *err)
{
    cleanup_hook_list struct hook_list list = { 0 };
    cleanup_watch_list struct watch_list rules = { 0 };

    if (hook_list_read(&list, &hook_place_of_host, -1, own, err) < 0 ||
        watch_list_read(&rules, PATHS_WATCH_RULES, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0)
        show_json(&list, &rules);
    else
        show_text(&list, &rules);
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_hook_guest struct hook_guest guest = { 0 };

    if (hook_subject_read(&guest, inv->word_count > 0 ? inv->words[0] : NULL,
                          err) < 0)
        return -1;
    return list_hooks(inv, guest.own, err);
}

const struct command command_hooks_list = {
    .name = "list",
    .group = "hooks",
    .summary = "Lists the hooks and watch rules, and which are refused",
    .words = "[DOMAIN]",
    .max_words = 1,
    .completes = WORD_DOMAIN,
    .without_xen = true,
    .options = json_option,
    .run = run,
};
