/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much of their memory the domains share with others. */
#include <inttypes.h>

#include "base/mem.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"
#include "xn/row.h"

static void show_json(const struct domain_list *list)
{
    struct json_writer *json = show_json_begin("sharing");

    json_key(json, "domains");
    json_begin_array(json);
    VEC_EACH (&list->items, info) {
        json_begin_object(json);
        json_add_uint(json, "domid", info->domid);
        if (info->name != NULL)
            json_add_string(json, "name", info->name);
        json_add_uint(json, "memory", info->memory);
        json_add_uint(json, "memory_shared", info->memory_shared);
        json_end_object(json);
    }
    json_end_array(json);
    show_json_end(json);
}

static void show_text(const struct domain_list *list)
{
    show_printf(
        "Name                                        ID   Mem Shared\n");
    VEC_EACH (&list->items, info) {
        cleanup_free char *name = format_name(info->name);
        show_printf("%-40s %5u %5" PRIu64 "  %5" PRIu64 "\n", name, info->domid,
                    row_memory_mib(info), info->memory_shared >> 20);
    }
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_select(inv->host, &list, inv->words, inv->word_count,
                           DOMAIN_NAMES, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0)
        show_json(&list);
    else
        show_text(&list);
    return 0;
}

static const struct option_row options[] = {
    { 0, "json", OPTION_FLAG, NULL, "Prints one JSON document (xn.sharing/1)" },
    { 0 },
};

const struct command command_sharing = {
    .name = "sharing",
    .summary = "Shows how much memory the domains share",
    .words = "[DOMAIN]",
    .max_words = 1,
    .completes = WORD_DOMAIN,
    .options = options,
    .run = run,
};
