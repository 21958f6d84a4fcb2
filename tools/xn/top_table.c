/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/top_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libxl.h>

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

void top_table_add(struct strbuf *text, const struct top_sample *now,
                   const struct top_sample *before, bool full_names)
{
    struct widths widths = measure(now, full_names);

    add_heading(text, &widths);
    VEC_EACH (&now->domains.items, info) {
        cleanup_free char *name =
            show_safe(info->name != NULL ? info->name : "");
        struct totals sum = sum_up(&now->traffic, info->domid);
        strbuf_printf(text, "%*.*s", widths.of[WIDE_NAME],
                      full_names ? (int)strlen(name) : 10, name);
        add_state(text, info);
        strbuf_printf(text, " %10" PRIu64 " %6.1f", info->cpu_ns / 1000000000,
                      cpu_percent(info, now, before));
        add_memory(text, info, now->host_memory);
        strbuf_printf(text, " %5u", info->vcpus);
        add_devices(text, &sum, &widths);
        strbuf_printf(text, " %4u\n", info->ssidref);
    }
}
