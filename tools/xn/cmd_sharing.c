/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much of their memory the domains share with others. */
#include <inttypes.h>

#include "base/mem.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"
#include "xn/row.h"

static uint64_t amount(const struct domain_info *info)
{
    return info->memory_shared;
}

static void show_text(const struct domain_list *list)
{
    show_printf(
        "Name                                        ID   Mem Shared\n");
    VEC_EACH (&list->items, info) {
        cleanup_free char *name = format_name(info->name);
        show_printf("%-40s %5u %5" PRIu64 "  %5" PRIu64 "\n", name, info->domid,
                    row_memory_mib(info), amount(info) >> 20);
    }
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_select(inv->host, &list, inv->words, inv->word_count,
                           DOMAIN_NAMES, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0)
        row_show_amounts("sharing", &list, "memory_shared", amount);
    else
        show_text(&list);
    return 0;
}

const struct command command_sharing = {
    .name = "sharing",
    .summary = "Shows how much memory the domains share",
    .words = "[DOMAIN]",
    .max_words = 1,
    .completes = WORD_DOMAIN,
    .options = json_option,
    .run = run,
};
