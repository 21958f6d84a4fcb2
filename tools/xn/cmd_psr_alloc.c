/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cache allocation (CAT): which parts of a cache a domain may fill, as a mask.
 * Memory bandwidth allocation (MBA): how much its memory is slowed down.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libxl_utils.h>

#include "base/mem.h"
#include "base/number.h"
#include "host/domains.h"
#include "host/psr.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"

/* "0,2-3" into a bitmap of this host's sockets. */
static int read_sockets(const char *text, libxl_bitmap *map, struct error *err)
{
    cleanup_free char *copy = mem_strdup(text);
    char *rest = copy;

    for (char *word; (word = strsep(&rest, ",")) != NULL;) {
        char *dash = strchr(word, '-');
        uint32_t first, last;

        if (dash != NULL)
            *dash = '\0';
        if (!number_parse_u32(word + strspn(word, " "), &first) ||
            !number_parse_u32(dash != NULL ? dash + 1 : word, &last) ||
            last < first)
            return error_set(err, ERR_USAGE, "'%s' is no list of sockets",
                             text);
        if (last >= map->size * 8)
            return error_set(err, ERR_USAGE, "this host has no socket %u",
                             last);
        for (uint32_t socket = first; socket <= last; socket++)
            libxl_bitmap_set(map, (int)socket);
    }
    return 0;
}

/* A number in C's notation: masks are rather written in hexadecimal. */
static int read_value(const char *text, uint64_t *value, struct error *err)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, 0);
    if (errno == 0 && end != text && *end == '\0' && text[0] != '-')
        return 0;
    return error_set(err, ERR_USAGE, "'%s' is no number", text);
}

static int set_value(const struct invocation *inv, libxl_psr_type type,
                     struct error *err)
{
    const char *sockets = invocation_value(inv, "socket");
    libxl_bitmap map;
    uint64_t value;

    if (read_value(inv->words[0], &value, err) < 0)
        return -1;
    libxl_bitmap_init(&map);
    int rc = libxl_socket_bitmap_alloc(inv->host->ctx, &map, 0);
    if (rc != 0)
        return host_fail(inv->host, err, ERR_HOST, rc, "sockets of this host");
    if (sockets != NULL)
        rc = read_sockets(sockets, &map, err);
    else
        libxl_bitmap_set_any(&map);
    if (rc == 0)
        rc =
            psr_set(inv->host, inv->domid, inv->domain, type, &map, value, err);
    libxl_bitmap_dispose(&map);
    return rc;
}

/* The level of the cache; 3 without the option. */
static int read_level(const struct invocation *inv, unsigned int *level,
                      struct error *err)
{
    const char *text = invocation_value(inv, "level");

    *level = 3;
    if (text == NULL || strcmp(text, "3") == 0)
        return 0;
    *level = 2;
    if (strcmp(text, "2") == 0)
        return 0;
    return error_set(err, ERR_USAGE, "--level: 2 or 3, not '%s'", text);
}

static int run_cat_set(struct invocation *inv, struct error *err)
{
    bool code = invocation_count(inv, "code") > 0;
    bool data = invocation_count(inv, "data") > 0;
    unsigned int level;

    if (read_level(inv, &level, err) < 0)
        return -1;
    if (level == 2)
        return set_value(inv, LIBXL_PSR_CBM_TYPE_L2_CBM, err);
    if (code && data)
        return error_set(err, ERR_USAGE,
                         "--code and --data do not go together");
    return set_value(inv,
                     code   ? LIBXL_PSR_CBM_TYPE_L3_CBM_CODE
                     : data ? LIBXL_PSR_CBM_TYPE_L3_CBM_DATA
                            : LIBXL_PSR_CBM_TYPE_L3_CBM,
                     err);
}

static int run_mba_set(struct invocation *inv, struct error *err)
{
    return set_value(inv, LIBXL_PSR_CBM_TYPE_MBA_THRTL, err);
}

/* A value that domains have, and how it is called. */
struct column {
    libxl_psr_type type;
    const char *heading;
    const char *key;
};

static const struct column l3_columns[] = {
    { LIBXL_PSR_CBM_TYPE_L3_CBM, "CBM", "cbm" },
    { 0 },
};
static const struct column cdp_columns[] = {
    { LIBXL_PSR_CBM_TYPE_L3_CBM_CODE, "CBM (code)", "cbm_code" },
    { LIBXL_PSR_CBM_TYPE_L3_CBM_DATA, "CBM (data)", "cbm_data" },
    { 0 },
};
static const struct column l2_columns[] = {
    { LIBXL_PSR_CBM_TYPE_L2_CBM, "CBM", "cbm" },
    { 0 },
};
static const struct column mba_columns[] = {
    { LIBXL_PSR_CBM_TYPE_MBA_THRTL, "THRTL", "throttling" },
    { 0 },
};

/* One report: of a feature, on one socket after the other. */
struct report {
    struct host *host;
    libxl_psr_feat_type feature;
    unsigned int level; /* of the cache; 0 for MBA */
    const struct domain_list *domains;
    struct json_writer *json; /* NULL for text */
};

static const struct column *columns_of(const struct report *report,
                                       const libxl_psr_hw_info *socket)
{
    if (report->feature == LIBXL_PSR_FEAT_TYPE_MBA)
        return mba_columns;
    if (report->level == 2)
        return l2_columns;
    return socket->u.cat.cdp_enabled ? cdp_columns : l3_columns;
}

static void show_value(const struct report *report,
                       const libxl_psr_hw_info *socket, uint32_t domid,
                       const struct column *column)
{
    bool linear =
        report->feature == LIBXL_PSR_FEAT_TYPE_MBA && socket->u.mba.linear;
    uint64_t value;
    bool known = libxl_psr_get_val(report->host->ctx, domid, column->type,
                                   socket->id, &value) == 0;

    if (report->json != NULL && known)
        json_add_uint(report->json, column->key, value);
    else if (report->json == NULL && !known)
        show_printf("%16s", "error");
    else if (report->json == NULL && linear)
        show_printf("%16" PRIu64, value);
    else if (report->json == NULL)
        show_printf("%#16" PRIx64, value);
}

static void show_domain(const struct report *report,
                        const libxl_psr_hw_info *socket,
                        const struct domain_info *info)
{
    const struct column *column = columns_of(report, socket);
    cleanup_free char *name = format_name(info->name);

    if (report->json != NULL) {
        json_begin_object(report->json);
        json_add_uint(report->json, "domid", info->domid);
        json_add_string(report->json, "name", info->name);
    } else {
        show_printf("%5u%25s", info->domid, name);
    }
    for (; column->heading != NULL; column++)
        show_value(report, socket, info->domid, column);
    if (report->json != NULL)
        json_end_object(report->json);
    else
        show_printf("\n");
}

static void show_headings(const struct report *report,
                          const libxl_psr_hw_info *socket)
{
    const struct column *column = columns_of(report, socket);

    show_printf("%5s%25s", "ID", "NAME");
    for (; column->heading != NULL; column++)
        show_printf("%16s", column->heading);
    show_printf("\n");
}

static uint64_t default_value(const struct report *report,
                              const libxl_psr_hw_info *socket)
{
    if (report->feature == LIBXL_PSR_FEAT_TYPE_MBA)
        return 0;
    return (UINT64_C(1) << socket->u.cat.cbm_len) - 1;
}

static int show_socket(const struct report *report,
                       const libxl_psr_hw_info *socket, struct error *err)
{
    uint64_t cache;

    show_printf("%-16s: %u\n", "Socket ID", socket->id);
    if (report->level == 3) {
        if (psr_cache_size(report->host, socket->id, &cache, err) < 0)
            return -1;
        show_printf("%-16s: %" PRIu64 "KB\n", "L3 Cache", cache >> 10);
    }
    if (report->feature == LIBXL_PSR_FEAT_TYPE_MBA)
        show_printf("%-16s: %u\n", "Default THRTL", 0u);
    else
        show_printf("%-16s: %#" PRIx64 "\n", "Default CBM",
                    default_value(report, socket));
    show_headings(report, socket);
    VEC_EACH (&report->domains->items, info)
        show_domain(report, socket, info);
    return 0;
}

static void add_socket(const struct report *report,
                       const libxl_psr_hw_info *socket)
{
    json_begin_object(report->json);
    json_add_uint(report->json, "socket", socket->id);
    json_add_uint(report->json, "default", default_value(report, socket));
    json_key(report->json, "domains");
    json_begin_array(report->json);
    VEC_EACH (&report->domains->items, info)
        show_domain(report, socket, info);
    json_end_array(report->json);
    json_end_object(report->json);
}

static int show_text(const struct report *report,
                     const struct psr_sockets *sockets, struct error *err)
{
    for (unsigned int i = 0; i < sockets->count; i++)
        if (show_socket(report, &sockets->items[i], err) < 0)
            return -1;
    return 0;
}

static void show_json(struct report *report, const char *name,
                      const struct psr_sockets *sockets)
{
    report->json = show_json_begin(name);
    if (report->level != 0)
        json_add_uint(report->json, "level", report->level);
    json_key(report->json, "sockets");
    json_begin_array(report->json);
    for (unsigned int i = 0; i < sockets->count; i++)
        add_socket(report, &sockets->items[i]);
    json_end_array(report->json);
    show_json_end(report->json);
}

static int show(struct invocation *inv, struct report *report,
                struct error *err)
{
    cleanup_psr_sockets struct psr_sockets sockets = { 0 };
    cleanup_domain_list struct domain_list domains = { 0 };

    if (domain_list_select(inv->host, &domains, inv->words, inv->word_count,
                           DOMAIN_NAMES, err) < 0 ||
        psr_sockets_read(inv->host, report->feature, report->level, &sockets,
                         err) < 0)
        return -1;
    report->host = inv->host;
    report->domains = &domains;
    if (invocation_count(inv, "json") == 0)
        return show_text(report, &sockets, err);
    show_json(report, inv->command->name, &sockets);
    return 0;
}

static int run_cat_show(struct invocation *inv, struct error *err)
{
    struct report report = { .feature = LIBXL_PSR_FEAT_TYPE_CAT };

    if (read_level(inv, &report.level, err) < 0)
        return -1;
    return show(inv, &report, err);
}

static int run_mba_show(struct invocation *inv, struct error *err)
{
    struct report report = { .feature = LIBXL_PSR_FEAT_TYPE_MBA };

    return show(inv, &report, err);
}

static const struct option_row cat_set_options[] = {
    { 's', "socket", OPTION_VALUE, "SOCKETS", "On these only, like 0,2-3" },
    { 'l', "level", OPTION_VALUE, "LEVEL",
      "Of the cache: 3 (the default) or 2" },
    { 'c', "code", OPTION_FLAG, NULL, "For code only, where Xen has psr=cdp" },
    { 'd', "data", OPTION_FLAG, NULL, "For data only" },
    { 0 },
};

static const struct option_row cat_show_options[] = {
    { 'l', "level", OPTION_VALUE, "LEVEL",
      "Of the cache: 3 (the default) or 2" },
    OPTION_JSON,
    { 0 },
};

static const struct option_row mba_set_options[] = {
    { 's', "socket", OPTION_VALUE, "SOCKETS", "On these only, like 0,2-3" },
    { 0 },
};

const struct command command_psr_cat_set = {
    .name = "psr-cat-set",
    .summary = "Sets which parts of a cache a domain may fill",
    .words = "DOMAIN MASK",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .options = cat_set_options,
    .run = run_cat_set,
};

const struct command command_psr_cat_show = {
    .name = "psr-cat-show",
    .summary = "Shows which parts of a cache domains may fill",
    .words = "[DOMAIN]",
    .max_words = 1,
    .completes = WORD_DOMAIN,
    .options = cat_show_options,
    .run = run_cat_show,
};

const struct command command_psr_mba_set = {
    .name = "psr-mba-set",
    .summary = "Sets how much a domain's memory is slowed down",
    .words = "DOMAIN VALUE",
    .min_words = 2,
    .max_words = 2,
    .target = TARGET_DOMAIN,
    .options = mba_set_options,
    .run = run_mba_set,
};

const struct command command_psr_mba_show = {
    .name = "psr-mba-show",
    .summary = "Shows how much the memory of domains is slowed down",
    .words = "[DOMAIN]",
    .max_words = 1,
    .completes = WORD_DOMAIN,
    .options = json_option,
    .run = run_mba_show,
};
