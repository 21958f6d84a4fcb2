/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cache monitoring: what domains have of the caches and of the memory bus. */
#include <inttypes.h>
#include <string.h>

#include <libxl_utils.h>

#include "base/mem.h"
#include "host/domains.h"
#include "host/psr.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"

static int run_attach(struct invocation *inv, struct error *err)
{
    return psr_cmt_attach(inv->host, inv->domid, inv->domain, err);
}

static int run_detach(struct invocation *inv, struct error *err)
{
    return psr_cmt_detach(inv->host, inv->domid, inv->domain, err);
}

/* One report: of what, on which sockets. */
struct report {
    struct host *host;
    libxl_psr_cmt_type type;
    libxl_bitmap sockets;
    uint32_t rmids;
    struct json_writer *json; /* NULL for text */
};

static bool is_cache(const struct report *report)
{
    return report->type == LIBXL_PSR_CMT_TYPE_CACHE_OCCUPANCY;
}

static void show_headings(const struct report *report)
{
    int socket;

    show_printf("Total RMID: %u\n%-40s %5s", report->rmids, "Name", "ID");
    libxl_for_each_set_bit(socket, report->sockets)
        show_printf("%14s %d", "Socket", socket);
    show_printf("\n");
}

static int show_cache_sizes(const struct report *report, struct error *err)
{
    uint64_t bytes;
    int socket;

    show_printf("%-46s", "Total L3 Cache Size");
    libxl_for_each_set_bit(socket, report->sockets)
    {
        if (psr_cache_size(report->host, (uint32_t)socket, &bytes, err) < 0)
            return -1;
        show_printf("%13" PRIu64 " KB", bytes >> 10);
    }
    show_printf("\n");
    return 0;
}

static void add_value(const struct report *report, int socket, uint64_t value)
{
    json_begin_object(report->json);
    json_add_int(report->json, "socket", socket);
    json_add_uint(report->json, is_cache(report) ? "bytes" : "bytes_per_second",
                  value);
    json_end_object(report->json);
}

static void show_values(const struct report *report, uint32_t domid)
{
    uint64_t value;
    int socket;

    libxl_for_each_set_bit(socket, report->sockets)
    {
        if (psr_cmt_read(report->host, domid, report->type, (uint32_t)socket,
                         &value, NULL) < 0)
            continue;
        if (report->json != NULL)
            add_value(report, socket, value);
        else if (is_cache(report))
            show_printf("%13" PRIu64 " KB", value >> 10);
        else
            show_printf("%11" PRIu64 " KB/s", value >> 10);
    }
}

/* Domains that are not attached have no line. */
static void show_domain(const struct report *report,
                        const struct domain_info *info)
{
    cleanup_free char *name = format_name(info->name);

    if (!libxl_psr_cmt_domain_attached(report->host->ctx, info->domid))
        return;
    if (report->json == NULL) {
        show_printf("%-40s %5u", name, info->domid);
        show_values(report, info->domid);
        show_printf("\n");
        return;
    }
    json_begin_object(report->json);
    json_add_uint(report->json, "domid", info->domid);
    json_add_string(report->json, "name", info->name);
    json_key(report->json, "sockets");
    json_begin_array(report->json);
    show_values(report, info->domid);
    json_end_array(report->json);
    json_end_object(report->json);
}

static void show_json(struct report *report, const struct domain_list *list)
{
    report->json = show_json_begin("psr-cmt-show");
    json_add_string(report->json, "type",
                    libxl_psr_cmt_type_to_string(report->type));
    json_add_uint(report->json, "rmids", report->rmids);
    json_key(report->json, "domains");
    json_begin_array(report->json);
    VEC_EACH (&list->items, info)
        show_domain(report, info);
    json_end_array(report->json);
    show_json_end(report->json);
}

static int show_text(const struct report *report,
                     const struct domain_list *list, struct error *err)
{
    show_headings(report);
    if (is_cache(report) && show_cache_sizes(report, err) < 0)
        return -1;
    VEC_EACH (&list->items, info)
        show_domain(report, info);
    return 0;
}

/* xl's words, which are not libxl's. */
static int read_type(const char *word, libxl_psr_cmt_type *type,
                     struct error *err)
{
    if (strcmp(word, "cache-occupancy") == 0)
        *type = LIBXL_PSR_CMT_TYPE_CACHE_OCCUPANCY;
    else if (strcmp(word, "total-mem-bandwidth") == 0)
        *type = LIBXL_PSR_CMT_TYPE_TOTAL_MEM_COUNT;
    else if (strcmp(word, "local-mem-bandwidth") == 0)
        *type = LIBXL_PSR_CMT_TYPE_LOCAL_MEM_COUNT;
    else {
        error_set(err, ERR_USAGE, "'%s' is nothing to monitor", word);
        error_hint(err, "cache-occupancy, total-mem-bandwidth or "
                        "local-mem-bandwidth");
        return -1;
    }
    return 0;
}

static int run_show(struct invocation *inv, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    struct report report = { .host = inv->host };

    if (read_type(inv->words[0], &report.type, err) < 0 ||
        domain_list_select(inv->host, &list, inv->words + 1,
                           inv->word_count - 1, DOMAIN_NAMES, err) < 0 ||
        psr_cmt_check_type(inv->host, report.type, err) < 0 ||
        psr_cmt_total_rmids(inv->host, &report.rmids, err) < 0)
        return -1;
    int rc = psr_online_sockets(inv->host, &report.sockets, err);
    if (rc == 0 && invocation_count(inv, "json") > 0)
        show_json(&report, &list);
    else if (rc == 0)
        rc = show_text(&report, &list, err);
    libxl_bitmap_dispose(&report.sockets);
    return rc;
}

const struct command command_psr_cmt_attach = {
    .name = "psr-cmt-attach",
    .summary = "Begins to monitor a domain's use of caches and memory",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .run = run_attach,
};

const struct command command_psr_cmt_detach = {
    .name = "psr-cmt-detach",
    .summary = "Ends what psr-cmt-attach began",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .run = run_detach,
};

static const char *const psr_cmt_show_words[] = { "cache-occupancy",
                                                  "total-mem-bandwidth",
                                                  "local-mem-bandwidth", NULL };

const struct command command_psr_cmt_show = {
    .name = "psr-cmt-show",
    .summary = "Shows what monitored domains use of caches and memory",
    .words = "TYPE [DOMAIN]",
    .choices = psr_cmt_show_words,
    .choice_at = 0,
    .min_words = 1,
    .max_words = 2,
    .completes = WORD_DOMAIN,
    .options = json_option,
    .run = run_show,
};
