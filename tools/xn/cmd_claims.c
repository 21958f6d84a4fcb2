/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is promised to domains which are being built. */
#include <inttypes.h>

#include "base/log.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/load.h"
#include "xn/row.h"

static uint64_t amount(const struct domain_info *info)
{
    return info->memory_outstanding;
}

static void show_text(const struct domain_list *list)
{
    row_show_headings();
    show_printf("  Claimed\n");
    VEC_EACH (&list->items, info) {
        row_show_facts(info);
        show_printf(" %5" PRIu64 "\n", amount(info) >> 20);
    }
}

/* xl.conf can switch claims off; then there are none to see. */
static int check_mode(const struct settings *settings, struct error *err)
{
    cleanup_xlconf struct xlconf defaults;

    xlconf_init(&defaults);
    if (load_defaults(settings, &defaults, err) < 0)
        return -1;
    if (!defaults.claim_mode)
        log_warn("claim_mode not enabled (see man xl.conf).");
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (check_mode(inv->settings, err) < 0 ||
        domain_list_read(&list, DOMAIN_NAMES, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0)
        row_show_amounts("claims", &list, "memory_outstanding", amount);
    else
        show_text(&list);
    return 0;
}

const struct command command_claims = {
    .name = "claims",
    .summary = "Shows memory promised to domains that are being built",
    .words = "",
    .options = json_option,
    .run = run,
};
