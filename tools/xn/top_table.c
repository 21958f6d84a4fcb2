/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/top_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <libxl.h>

#include "base/mem.h"
#include "show/show.h"

/* Of one domain, all devices together. */
struct totals {
    unsigned int vifs;
    unsigned int vbds;
    uint64_t vif_sent; /* bytes that the backend sent: NETTX */
    uint64_t vif_received;
    uint64_t out_of_requests;
    uint64_t reads;
    uint64_t writes;
    uint64_t read_sectors;
    uint64_t written_sectors;
};

/* Columns that grow with their numbers. */
enum wide {
    WIDE_NAME,
    WIDE_NET_TX,
    WIDE_NET_RX,
    WIDE_VBD_RD,
    WIDE_VBD_WR,
    WIDE_VBD_RSECT,
    WIDE_VBD_WSECT,
    WIDE_COUNT,
};

struct widths {
    int of[WIDE_COUNT];
};

static struct totals sum_up(const struct traffic *traffic, uint32_t domid)
{
    struct totals sum = { 0 };

    VEC_EACH (&traffic->vifs, vif) {
        if (vif->domid != domid)
            continue;
        sum.vifs++;
        /* xentop counts as the backend does: what it sends is received. */
        sum.vif_sent += vif->received_bytes;
        sum.vif_received += vif->sent_bytes;
    }
    VEC_EACH (&traffic->vbds, vbd) {
        if (vbd->domid != domid)
            continue;
        sum.vbds++;
        sum.out_of_requests += vbd->out_of_requests;
        sum.reads += vbd->reads;
        sum.writes += vbd->writes;
        sum.read_sectors += vbd->read_sectors;
        sum.written_sectors += vbd->written_sectors;
    }
    return sum;
}

/* ---- widths ---- */

static void widen(struct widths *widths, enum wide column, uint64_t number)
{
    int length = snprintf(NULL, 0, "%" PRIu64, number);

    if (length > widths->of[column])
        widths->of[column] = length;
}

static struct widths measure(const struct top_sample *now, bool full_names)
{
    struct widths widths = { { 10, 8, 8, 8, 8, 10, 10 } };

    VEC_EACH (&now->domains.items, info) {
        struct totals sum = sum_up(&now->traffic, info->domid);
        int length = info->name != NULL ? (int)strlen(info->name) : 0;
        if (full_names && length > widths.of[WIDE_NAME])
            widths.of[WIDE_NAME] = length;
        widen(&widths, WIDE_NET_TX, sum.vif_sent / 1024);
        widen(&widths, WIDE_NET_RX, sum.vif_received / 1024);
        widen(&widths, WIDE_VBD_RD, sum.reads);
        widen(&widths, WIDE_VBD_WR, sum.writes);
        widen(&widths, WIDE_VBD_RSECT, sum.read_sectors);
        widen(&widths, WIDE_VBD_WSECT, sum.written_sectors);
    }
    return widths;
}

/* ---- lines ---- */

static void add_heading(struct strbuf *text, const struct widths *widths)
{
    const int *of = widths->of;

    strbuf_printf(text,
                  "%*s %6s %10s %6s %10s %6s %10s %9s %5s %4s %*s %*s %4s %8s "
                  "%*s %*s %*s %*s %4s\n",
                  of[WIDE_NAME], "NAME", "STATE", "CPU(sec)", "CPU(%)",
                  "MEM(k)", "MEM(%)", "MAXMEM(k)", "MAXMEM(%)", "VCPUS", "NETS",
                  of[WIDE_NET_TX], "NETTX(k)", of[WIDE_NET_RX], "NETRX(k)",
                  "VBDS", "VBD_OO", of[WIDE_VBD_RD], "VBD_RD", of[WIDE_VBD_WR],
                  "VBD_WR", of[WIDE_VBD_RSECT], "VBD_RSECT", of[WIDE_VBD_WSECT],
                  "VBD_WSECT", "SSID");
}

static void add_state(struct strbuf *text, const struct domain_info *info)
{
    bool crashed =
        info->shutdown && info->shutdown_reason == LIBXL_SHUTDOWN_REASON_CRASH;

    strbuf_printf(text, " %c%c%c%c%c%c", info->dying ? 'd' : '-',
                  info->shutdown ? 's' : '-', info->blocked ? 'b' : '-',
                  crashed ? 'c' : '-', info->paused ? 'p' : '-',
                  info->running ? 'r' : '-');
}

static double cpu_percent(const struct domain_info *info,
                          const struct top_sample *now,
                          const struct top_sample *before)
{
    if (before == NULL || now->time_ms <= before->time_ms)
        return 0;
    double elapsed_ns = (double)(now->time_ms - before->time_ms) * 1e6;
    VEC_EACH (&before->domains.items, old)
        if (old->domid == info->domid && info->cpu_ns >= old->cpu_ns)
            return (double)(info->cpu_ns - old->cpu_ns) / elapsed_ns * 100;
    return 0;
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole != 0 ? (double)part / (double)whole * 100 : 0;
}

static void add_memory(struct strbuf *text, const struct domain_info *info,
                       uint64_t host_memory)
{
    strbuf_printf(text, " %10" PRIu64 " %6.1f", info->memory / 1024,
                  percent(info->memory, host_memory));
    if (info->memory_max == UINT64_MAX)
        strbuf_printf(text, " %10s %9s", "no limit", "n/a");
    else
        strbuf_printf(text, " %10" PRIu64 " %9.1f", info->memory_max / 1024,
                      percent(info->memory_max, host_memory));
}

static void add_devices(struct strbuf *text, const struct totals *sum,
                        const struct widths *widths)
{
    const int *of = widths->of;

    strbuf_printf(text, " %4u %*" PRIu64 " %*" PRIu64, sum->vifs,
                  of[WIDE_NET_TX], sum->vif_sent / 1024, of[WIDE_NET_RX],
                  sum->vif_received / 1024);
    strbuf_printf(text,
                  " %4u %8" PRIu64 " %*" PRIu64 " %*" PRIu64 " %*" PRIu64
                  " %*" PRIu64,
                  sum->vbds, sum->out_of_requests, of[WIDE_VBD_RD], sum->reads,
                  of[WIDE_VBD_WR], sum->writes, of[WIDE_VBD_RSECT],
                  sum->read_sectors, of[WIDE_VBD_WSECT], sum->written_sectors);
}

/* ---- what belongs to a domain ---- */

static void add_vcpus(struct strbuf *text, const struct top_sample *now,
                      uint32_t domid)
{
    unsigned int count = 0;

    strbuf_puts(text, "VCPUs(sec): ");
    VEC_EACH (&now->vcpus, vcpu) {
        if (vcpu->domid != domid)
            continue;
        if (count != 0 && count % 5 == 0)
            strbuf_puts(text, "\n        ");
        strbuf_printf(text, " %2u: %10" PRIu64 "s", vcpu->number,
                      vcpu->cpu_ns / 1000000000);
        count++;
    }
    strbuf_putc(text, '\n');
}

/* Directions are the backend's, as in the table. */
static void add_vifs(struct strbuf *text, const struct traffic *traffic,
                     uint32_t domid)
{
    VEC_EACH (&traffic->vifs, vif)
        if (vif->domid == domid)
            strbuf_printf(text,
                          "Net%u RX: %8" PRIu64 "bytes %8" PRIu64
                          "pkts %8" PRIu64 "err %8" PRIu64 "drop  TX: %8" PRIu64
                          "bytes %8" PRIu64 "pkts %8" PRIu64 "err %8" PRIu64
                          "drop\n",
                          vif->number, vif->sent_bytes, vif->sent_packets,
                          vif->sent_errors, vif->sent_drops,
                          vif->received_bytes, vif->received_packets,
                          vif->received_errors, vif->received_drops);
}

static void add_vbds(struct strbuf *text, const struct traffic *traffic,
                     uint32_t domid)
{
    VEC_EACH (&traffic->vbds, vbd)
        if (vbd->domid == domid)
            strbuf_printf(text,
                          "VBD %-7s %4u [%2x:%2x]  OO: %8" PRIu64
                          "   RD: %8" PRIu64 "   WR: %8" PRIu64
                          "   RSECT: %10" PRIu64 "   WSECT: %10" PRIu64 "\n",
                          vbd->by_qemu ? "QEMU" : "BlkBack", vbd->number,
                          major(vbd->number), minor(vbd->number),
                          vbd->out_of_requests, vbd->reads, vbd->writes,
                          vbd->read_sectors, vbd->written_sectors);
}

static void add_domain(struct strbuf *text, const struct top_sample *now,
                       const struct top_sample *before,
                       const struct domain_info *info,
                       const struct widths *widths, bool full_names)
{
    cleanup_free char *name = show_safe(info->name != NULL ? info->name : "");
    struct totals sum = sum_up(&now->traffic, info->domid);

    strbuf_printf(text, "%*.*s", widths->of[WIDE_NAME],
                  full_names ? (int)strlen(name) : 10, name);
    add_state(text, info);
    strbuf_printf(text, " %10" PRIu64 " %6.1f", info->cpu_ns / 1000000000,
                  cpu_percent(info, now, before));
    add_memory(text, info, now->host_memory);
    strbuf_printf(text, " %5u", info->vcpus);
    add_devices(text, &sum, widths);
    strbuf_printf(text, " %4u\n", info->ssidref);
}

void top_table_add(struct strbuf *text, const struct top_sample *now,
                   const struct top_sample *before,
                   const struct top_shown *shown, unsigned int first)
{
    struct widths widths = measure(now, shown->full_names);

    for (size_t i = first; i < now->domains.items.count; i++) {
        const struct domain_info *info = &now->domains.items.items[i];
        if (i == first || shown->repeat_header)
            add_heading(text, &widths);
        add_domain(text, now, before, info, &widths, shown->full_names);
        if (shown->vcpus)
            add_vcpus(text, now, info->domid);
        if (shown->networks)
            add_vifs(text, &now->traffic, info->domid);
        if (shown->vbds)
            add_vbds(text, &now->traffic, info->domid);
    }
}

/* ---- the order ---- */

const char *top_field_name(enum top_field field)
{
    static const char *const names[TOP_FIELDS] = {
        [TOP_DOMID] = "ID",
        [TOP_NAME] = "NAME",
        [TOP_STATE] = "STATE",
        [TOP_CPU_SECONDS] = "CPU(sec)",
        [TOP_CPU_PERCENT] = "CPU(%)",
        [TOP_MEMORY] = "MEM(k)",
        [TOP_MAX_MEMORY] = "MAXMEM(k)",
        [TOP_VCPUS] = "VCPUS",
        [TOP_NETS] = "NETS",
        [TOP_NET_SENT] = "NETTX(k)",
        [TOP_NET_RECEIVED] = "NETRX(k)",
        [TOP_VBDS] = "VBDS",
        [TOP_VBD_FULL] = "VBD_OO",
        [TOP_VBD_READS] = "VBD_RD",
        [TOP_VBD_WRITES] = "VBD_WR",
        [TOP_VBD_READ_SECTORS] = "VBD_RSECT",
        [TOP_VBD_WRITTEN_SECTORS] = "VBD_WSECT",
    };

    return names[field];
}

/* Those that run come first. */
static double state_value(const struct domain_info *info)
{
    return info->running * 32 + info->blocked * 16 + info->paused * 8 +
           info->shutdown * 4 + info->dying * 2;
}

static double value_of(const struct domain_info *info,
                       const struct top_sample *now,
                       const struct top_sample *before, enum top_field field)
{
    struct totals sum = sum_up(&now->traffic, info->domid);

    switch (field) {
    case TOP_STATE:
        return state_value(info);
    case TOP_CPU_SECONDS:
        return (double)info->cpu_ns;
    case TOP_CPU_PERCENT:
        return cpu_percent(info, now, before);
    case TOP_MEMORY:
        return (double)info->memory;
    case TOP_MAX_MEMORY:
        return (double)info->memory_max;
    case TOP_VCPUS:
        return info->vcpus;
    case TOP_NETS:
        return sum.vifs;
    case TOP_NET_SENT:
        return (double)sum.vif_sent;
    case TOP_NET_RECEIVED:
        return (double)sum.vif_received;
    case TOP_VBDS:
        return sum.vbds;
    case TOP_VBD_FULL:
        return (double)sum.out_of_requests;
    case TOP_VBD_READS:
        return (double)sum.reads;
    case TOP_VBD_WRITES:
        return (double)sum.writes;
    case TOP_VBD_READ_SECTORS:
        return (double)sum.read_sectors;
    case TOP_VBD_WRITTEN_SECTORS:
        return (double)sum.written_sectors;
    default:
        return -(double)info->domid;
    }
}

struct sort_row {
    struct domain_info info;
    double value;
    bool by_name;
    bool pinned; /* it stays at the top */
};

static int compare_rows(const void *a, const void *b)
{
    const struct sort_row *left = a, *right = b;
    int names = 0;

    if (left->pinned != right->pinned)
        return left->pinned ? -1 : 1;
    if (left->by_name)
        names = strcmp(left->info.name != NULL ? left->info.name : "",
                       right->info.name != NULL ? right->info.name : "");
    if (names != 0)
        return names;
    if (!left->by_name && left->value != right->value)
        return left->value > right->value ? -1 : 1;
    return left->info.domid < right->info.domid ? -1 : 1;
}

void top_table_sort(struct top_sample *now, const struct top_sample *before,
                    enum top_field field, bool dom0_first)
{
    size_t count = now->domains.items.count;
    struct domain_info *items = now->domains.items.items;
    cleanup_free struct sort_row *rows = mem_zalloc(count + 1, sizeof(*rows));

    for (size_t i = 0; i < count; i++)
        rows[i] = (struct sort_row){
            .info = items[i],
            .value = value_of(&items[i], now, before, field),
            .by_name = field == TOP_NAME,
            .pinned = dom0_first && items[i].domid == 0,
        };
    qsort(rows, count, sizeof(*rows), compare_rows);
    for (size_t i = 0; i < count; i++)
        items[i] = rows[i].info;
}
