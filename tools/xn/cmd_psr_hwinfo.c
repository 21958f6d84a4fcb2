/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the CPUs can watch and divide of what their cores share. */
#include <inttypes.h>

#include "host/psr.h"
#include "show/show.h"
#include "xn/command.h"

/* Kinds of monitoring, in the order in which xl lists them. */
static const struct {
    libxl_psr_cmt_type type;
    const char *name;
} cmt_types[] = {
    { LIBXL_PSR_CMT_TYPE_CACHE_OCCUPANCY, "cache-occupancy" },
    { LIBXL_PSR_CMT_TYPE_TOTAL_MEM_COUNT, "total-mem-bandwidth" },
    { LIBXL_PSR_CMT_TYPE_LOCAL_MEM_COUNT, "local-mem-bandwidth" },
};

enum {
    CMT_TYPES = sizeof(cmt_types) / sizeof(cmt_types[0]),
};

static int show_cmt(struct host *host, struct error *err)
{
    bool enabled = psr_cmt_is_enabled(host);
    uint32_t rmids;

    show_printf("Cache Monitoring Technology (CMT):\n%-16s: %d\n", "Enabled",
                enabled);
    if (!enabled)
        return 0;
    if (psr_cmt_total_rmids(host, &rmids, err) < 0)
        return -1;
    show_printf("%-16s: %u\nSupported monitor types:\n", "Total RMID", rmids);
    for (int i = 0; i < CMT_TYPES; i++)
        if (psr_cmt_check_type(host, cmt_types[i].type, NULL) == 0)
            show_printf("%s\n", cmt_types[i].name);
    return 0;
}

static uint64_t default_mask(const libxl_psr_hw_info *socket)
{
    return (UINT64_C(1) << socket->u.cat.cbm_len) - 1;
}

static void show_mask(const libxl_psr_hw_info *socket)
{
    show_printf("%-16s: %u\n", "Maximum COS", socket->u.cat.cos_max);
    show_printf("%-16s: %u\n", "CBM length", socket->u.cat.cbm_len);
    show_printf("%-16s: %#" PRIx64 "\n", "Default CBM", default_mask(socket));
}

static int show_l3(struct host *host, struct error *err)
{
    cleanup_psr_sockets struct psr_sockets sockets;

    if (psr_sockets_read(host, LIBXL_PSR_FEAT_TYPE_CAT, 3, &sockets, err) < 0)
        return -1;
    show_printf("Cache Allocation Technology (CAT):\n");
    for (unsigned int i = 0; i < sockets.count; i++) {
        const libxl_psr_hw_info *socket = &sockets.items[i];
        uint64_t cache;

        if (psr_cache_size(host, socket->id, &cache, err) < 0)
            return -1;
        show_printf("%-16s: %u\n", "Socket ID", socket->id);
        show_printf("%-16s: %" PRIu64 "KB\n", "L3 Cache", cache >> 10);
        show_printf("%-16s: %s\n", "CDP Status",
                    socket->u.cat.cdp_enabled ? "Enabled" : "Disabled");
        show_mask(socket);
    }
    return 0;
}

static int show_l2(struct host *host, struct error *err)
{
    cleanup_psr_sockets struct psr_sockets sockets;

    if (psr_sockets_read(host, LIBXL_PSR_FEAT_TYPE_CAT, 2, &sockets, err) < 0)
        return -1;
    show_printf("Cache Allocation Technology (CAT): L2\n");
    for (unsigned int i = 0; i < sockets.count; i++) {
        show_printf("%-16s: %u\n", "Socket ID", sockets.items[i].id);
        show_mask(&sockets.items[i]);
    }
    return 0;
}

static int show_mba(struct host *host, struct error *err)
{
    cleanup_psr_sockets struct psr_sockets sockets;

    if (psr_sockets_read(host, LIBXL_PSR_FEAT_TYPE_MBA, 0, &sockets, err) < 0)
        return -1;
    show_printf("Memory Bandwidth Allocation (MBA):\n");
    for (unsigned int i = 0; i < sockets.count; i++) {
        const libxl_psr_hw_info *socket = &sockets.items[i];
        show_printf("Socket ID               : %u\n", socket->id);
        show_printf("Linear Mode             : %s\n",
                    socket->u.mba.linear ? "Enabled" : "Disabled");
        show_printf("Maximum COS             : %u\n", socket->u.mba.cos_max);
        show_printf("Maximum Throttling Value: %u\n", socket->u.mba.thrtl_max);
        show_printf("Default Throttling Value: %u\n", 0u);
    }
    return 0;
}

static int add_cmt(struct host *host, struct json_writer *json,
                   struct error *err)
{
    bool enabled = psr_cmt_is_enabled(host);
    uint32_t rmids = 0;

    if (enabled && psr_cmt_total_rmids(host, &rmids, err) < 0)
        return -1;
    json_key(json, "cmt");
    json_begin_object(json);
    json_add_bool(json, "enabled", enabled);
    json_add_uint(json, "rmids", rmids);
    json_key(json, "types");
    json_begin_array(json);
    for (int i = 0; enabled && i < CMT_TYPES; i++)
        if (psr_cmt_check_type(host, cmt_types[i].type, NULL) == 0)
            json_string(json, cmt_types[i].name);
    json_end_array(json);
    json_end_object(json);
    return 0;
}

static int add_cat(struct host *host, unsigned int level, const char *key,
                   struct json_writer *json, struct error *err)
{
    cleanup_psr_sockets struct psr_sockets sockets;
    uint64_t cache;

    if (psr_sockets_read(host, LIBXL_PSR_FEAT_TYPE_CAT, level, &sockets, err) <
        0)
        return -1;
    json_key(json, key);
    json_begin_array(json);
    for (unsigned int i = 0; i < sockets.count; i++) {
        const libxl_psr_hw_info *socket = &sockets.items[i];
        json_begin_object(json);
        json_add_uint(json, "socket", socket->id);
        if (level == 3 && psr_cache_size(host, socket->id, &cache, NULL) == 0)
            json_add_uint(json, "cache", cache);
        json_add_bool(json, "cdp", socket->u.cat.cdp_enabled);
        json_add_uint(json, "cos_max", socket->u.cat.cos_max);
        json_add_uint(json, "cbm_length", socket->u.cat.cbm_len);
        json_add_uint(json, "cbm_default", default_mask(socket));
        json_end_object(json);
    }
    json_end_array(json);
    return 0;
}

static int add_l3(struct host *host, struct json_writer *json,
                  struct error *err)
{
    return add_cat(host, 3, "cat_l3", json, err);
}

static int add_l2(struct host *host, struct json_writer *json,
                  struct error *err)
{
    return add_cat(host, 2, "cat_l2", json, err);
}

static int add_mba(struct host *host, struct json_writer *json,
                   struct error *err)
{
    cleanup_psr_sockets struct psr_sockets sockets;

    if (psr_sockets_read(host, LIBXL_PSR_FEAT_TYPE_MBA, 0, &sockets, err) < 0)
        return -1;
    json_key(json, "mba");
    json_begin_array(json);
    for (unsigned int i = 0; i < sockets.count; i++) {
        const libxl_psr_hw_info *socket = &sockets.items[i];
        json_begin_object(json);
        json_add_uint(json, "socket", socket->id);
        json_add_bool(json, "linear", socket->u.mba.linear);
        json_add_uint(json, "cos_max", socket->u.mba.cos_max);
        json_add_uint(json, "throttling_max", socket->u.mba.thrtl_max);
        json_end_object(json);
    }
    json_end_array(json);
    return 0;
}

/* The parts of the report, and the options that ask for them. */
static const struct {
    const char *option;
    int (*show)(struct host *host, struct error *err);
    int (*add)(struct host *host, struct json_writer *json, struct error *err);
} parts[] = {
    { "cmt", show_cmt, add_cmt },
    { "cat", show_l3, add_l3 },
    { "cat", show_l2, add_l2 },
    { "mba", show_mba, add_mba },
};

enum {
    PARTS = sizeof(parts) / sizeof(parts[0]),
};

/* Returns how many parts there were to show; *last: whether the last was. */
static int show_parts(const struct invocation *inv, bool all,
                      struct json_writer *json, bool *last, struct error *err)
{
    int shown = 0;

    for (int i = 0; i < PARTS; i++) {
        if (!all && invocation_count(inv, parts[i].option) == 0)
            continue;
        *last = (json != NULL ? parts[i].add(inv->host, json, err)
                              : parts[i].show(inv->host, err)) == 0;
        shown += *last;
    }
    return shown;
}

static int run(struct invocation *inv, struct error *err)
{
    bool all = invocation_count(inv, "cmt") == 0 &&
               invocation_count(inv, "cat") == 0 &&
               invocation_count(inv, "mba") == 0;
    struct json_writer *json = NULL;
    bool last = false;

    if (invocation_count(inv, "json") > 0)
        json = show_json_begin("psr-hwinfo");
    /* what is not there is an error only where it was asked for */
    int shown = show_parts(inv, all, json, &last, all ? NULL : err);
    if (shown == 0 && !all) {
        json_writer_free(json);
        return -1;
    }
    if (json != NULL)
        show_json_end(json);
    if (inv->settings->as_xl && !last)
        inv->exit_status = 1;
    return 0;
}

static const struct option_row options[] = {
    { 'm', "cmt", OPTION_FLAG, NULL, "Cache monitoring (CMT) only" },
    { 'a', "cat", OPTION_FLAG, NULL, "Cache allocation (CAT) only" },
    { 'b', "mba", OPTION_FLAG, NULL, "Memory bandwidth allocation (MBA) only" },
    OPTION_JSON,
    { 0 },
};

const struct command command_psr_hwinfo = {
    .name = "psr-hwinfo",
    .summary = "Shows what the CPUs can monitor and divide",
    .words = "",
    .options = options,
    .run = run,
};
