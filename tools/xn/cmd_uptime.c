/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Since when domains run: domain 0 first, then the guests. */
#include <time.h>

#include "base/mem.h"
#include "host/facts.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"

/* *known is false for a domain whose start xenstore does not have. */
static int find_uptime(const struct domain_info *info, uint64_t start,
                       uint64_t *seconds, bool *known, struct error *err)
{
    time_t now = time(NULL);

    *known = true;
    if (info->domid == 0)
        return host_uptime(seconds, err);
    *known = start != 0;
    *seconds = (uint64_t)now > start ? (uint64_t)now - start : 0;
    return 0;
}

static void show_one(const struct domain_info *info, uint64_t seconds,
                     bool brief)
{
    cleanup_free char *name = format_name(info->name);
    cleanup_free char *uptime = format_uptime(seconds, brief);
    time_t now = time(NULL);
    struct tm local = { 0 };

    localtime_r(&now, &local);
    if (brief)
        show_printf(" %02d:%02d:%02d up %s, %s (%u)\n", local.tm_hour,
                    local.tm_min, local.tm_sec, uptime, name, info->domid);
    else
        show_printf("%-33s %4u %s\n", name, info->domid, uptime);
}

static void add_one(struct json_writer *json, const struct domain_info *info,
                    uint64_t seconds)
{
    json_begin_object(json);
    json_add_uint(json, "domid", info->domid);
    if (info->name != NULL)
        json_add_string(json, "name", info->name);
    json_add_uint(json, "uptime", seconds);
    json_end_object(json);
}

static int show_all(const struct domain_list *list, const uint64_t *starts,
                    bool brief, struct json_writer *json, struct error *err)
{
    for (size_t i = 0; i < list->items.count; i++) {
        const struct domain_info *info = &list->items.items[i];
        uint64_t seconds;
        bool known;
        if (find_uptime(info, starts[i], &seconds, &known, err) < 0)
            return -1;
        if (!known)
            continue;
        if (json != NULL)
            add_one(json, info, seconds);
        else
            show_one(info, seconds, brief);
    }
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    cleanup_free uint64_t *starts = NULL;
    bool brief = invocation_count(inv, "s") > 0;

    if (domain_list_select(inv->host, &list, inv->words, inv->word_count,
                           DOMAIN_NAMES | DOMAIN_VM_PATHS, err) < 0)
        return -1;
    if (inv->word_count == 0 && domain_list_drop_stubs(&list, err) < 0)
        return -1;
    if (domain_list_start_times(&list, &starts, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0) {
        struct json_writer *json = show_json_begin("uptime");
        json_key(json, "domains");
        json_begin_array(json);
        int rc = show_all(&list, starts, brief, json, err);
        json_end_array(json);
        show_json_end(json);
        return rc;
    }
    if (!brief)
        show_printf("%-33s %4s %s\n", "Name", "ID", "Uptime");
    return show_all(&list, starts, brief, NULL, err);
}

static const struct option_row options[] = {
    { 's', NULL, OPTION_FLAG, NULL, "One sentence each, without seconds" },
    OPTION_JSON,
    { 0 },
};

const struct command command_uptime = {
    .name = "uptime",
    .summary = "Shows how long the domains, or those named, have been running",
    .words = "[DOMAIN ...]",
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .options = options,
    .run = run,
};
