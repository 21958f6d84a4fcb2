/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host and its guests in numbers, for Prometheus. Names and labels are a
 * contract: docs/monitoring has a dashboard of them.
 */
#include "base/io.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "config.h"
#include "domain/life/supervisor.h"
#include "host/domains.h"
#include "host/facts.h"
#include "host/traffic.h"
#include "host/xenstored.h"
#include "show/metrics.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"
#include "xn/metrics_services.h"

#define XEN_PAGE 4096.0
#define SECTOR 512.0

/* All that is looked at, once. */
struct measured {
    struct host_facts facts;
    struct domain_list domains;
    uint64_t *starts; /* seconds since 1970, 0: not known; owned */
    struct xenstored_share *shares; /* one for each; owned */
    struct traffic traffic;
    bool supervised;
    size_t supervised_guests;
};

/* ---- domains ---- */

static double is_one(const struct measured *all, size_t i)
{
    return 1;
}

static double cpu_seconds(const struct measured *all, size_t i)
{
    return (double)all->domains.items.items[i].cpu_ns / 1e9;
}

static double memory(const struct measured *all, size_t i)
{
    return (double)all->domains.items.items[i].memory;
}

/* Negative, and so left out, where there is no limit. */
static double memory_max(const struct measured *all, size_t i)
{
    uint64_t bytes = all->domains.items.items[i].memory_max;

    return bytes == UINT64_MAX ? -1 : (double)bytes;
}

static double memory_outstanding(const struct measured *all, size_t i)
{
    return (double)all->domains.items.items[i].memory_outstanding;
}

static double memory_shared(const struct measured *all, size_t i)
{
    return (double)all->domains.items.items[i].memory_shared;
}

static double memory_paged(const struct measured *all, size_t i)
{
    return (double)all->domains.items.items[i].memory_paged;
}

static double vcpus(const struct measured *all, size_t i)
{
    return (double)all->domains.items.items[i].vcpus;
}

static double vcpus_online(const struct measured *all, size_t i)
{
    return (double)all->domains.items.items[i].vcpus_online;
}

static double start_time(const struct measured *all, size_t i)
{
    return all->starts[i] != 0 ? (double)all->starts[i] : -1;
}

/* What xenstored does not tell is left out. */
#define SHARE(field)                                                     \
    static double xenstore_##field(const struct measured *all, size_t i) \
    {                                                                    \
        return all->shares[i].known ? (double)all->shares[i].field : -1; \
    }
SHARE(nodes)
SHARE(watches)
SHARE(transactions)
SHARE(outstanding)
SHARE(memory_bytes)
#undef SHARE

/* A negative value leaves the sample out. */
static const struct {
    const char *name;
    enum metric_type type;
    const char *help;
    double (*value)(const struct measured *all, size_t i);
} domain_rows[] = {
    { "xen_domain_info", METRIC_GAUGE,
      "Each domain, with its type and state; always 1.", is_one },
    { "xen_domain_cpu_seconds_total", METRIC_COUNTER,
      "Time of physical CPUs that the domain used.", cpu_seconds },
    { "xen_domain_memory_bytes", METRIC_GAUGE, "Memory that it has.", memory },
    { "xen_domain_memory_max_bytes", METRIC_GAUGE,
      "Memory that it may have; not there without a limit.", memory_max },
    { "xen_domain_memory_outstanding_bytes", METRIC_GAUGE,
      "Memory that is claimed for it.", memory_outstanding },
    { "xen_domain_memory_shared_bytes", METRIC_GAUGE,
      "Memory of it that it shares with others.", memory_shared },
    { "xen_domain_memory_paged_bytes", METRIC_GAUGE,
      "Memory of it that is paged out.", memory_paged },
    { "xen_domain_vcpus", METRIC_GAUGE,
      "Virtual CPUs that it could have online.", vcpus },
    { "xen_domain_vcpus_online", METRIC_GAUGE, "Virtual CPUs online.",
      vcpus_online },
    { "xen_domain_start_time_seconds", METRIC_GAUGE,
      "When it was made, since 1970.", start_time },
    { "xen_domain_xenstore_nodes", METRIC_GAUGE,
      "Nodes of xenstore that it owns.", xenstore_nodes },
    { "xen_domain_xenstore_watches", METRIC_GAUGE,
      "Watches that it has set itself.", xenstore_watches },
    { "xen_domain_xenstore_transactions", METRIC_GAUGE,
      "Transactions that it has open.", xenstore_transactions },
    { "xen_domain_xenstore_requests_outstanding", METRIC_GAUGE,
      "Requests and events that it has not taken the answers of.",
      xenstore_outstanding },
    { "xen_domain_xenstore_memory_bytes", METRIC_GAUGE,
      "Memory that xenstored has for it.", xenstore_memory_bytes },
};

#define DOMAIN_ROWS (sizeof(domain_rows) / sizeof(domain_rows[0]))

static void add_domain(struct strbuf *text, const struct measured *all,
                       size_t row, size_t i)
{
    const struct domain_info *info = &all->domains.items.items[i];
    cleanup_free char *domid = mem_printf("%u", info->domid);
    char uuid[UUID_TEXT_SIZE];
    bool is_info = row == 0;
    double value = domain_rows[row].value(all, i);

    uuid_format_text(info->uuid, uuid);
    struct metric_label labels[] = {
        { "name", info->name },
        { "uuid", uuid },
        { is_info ? "domid" : NULL, domid }, /* ends it for the others */
        { "type", info->type },
        { "state", format_state_word(info) },
        { 0 },
    };
    if (value >= 0)
        metrics_sample(text, domain_rows[row].name, labels, value);
}

static void add_domains(struct strbuf *text, const struct measured *all)
{
    for (size_t row = 0; row < DOMAIN_ROWS; row++) {
        metrics_family(text, domain_rows[row].name, domain_rows[row].type,
                       domain_rows[row].help);
        for (size_t i = 0; i < all->domains.items.count; i++)
            add_domain(text, all, row, i);
    }
}

/* ---- virtual CPUs ---- */

/* One hypercall for each, as libxl lists them. */
static void add_vcpus_of(struct strbuf *text, libxl_ctx *ctx,
                         const struct domain_info *info, const char *family)
{
    int count = 0, cpus = 0;
    libxl_vcpuinfo *list = libxl_list_vcpu(ctx, info->domid, &count, &cpus);
    char uuid[UUID_TEXT_SIZE];

    uuid_format_text(info->uuid, uuid);
    for (int i = 0; list != NULL && i < count; i++) {
        cleanup_free char *number = mem_printf("%u", list[i].vcpuid);
        struct metric_label labels[] = {
            { "name", info->name }, { "uuid", uuid }, { "vcpu", number }, { 0 }
        };
        metrics_sample(text, family, labels, (double)list[i].vcpu_time / 1e9);
    }
    libxl_vcpuinfo_list_free(list, count);
}

static void add_vcpus(struct strbuf *text, struct host *host,
                      const struct measured *all)
{
    static const char family[] = "xen_domain_vcpu_cpu_seconds_total";

    metrics_family(text, family, METRIC_COUNTER,
                   "Time of physical CPUs that the virtual CPU used.");
    VEC_EACH (&all->domains.items, info)
        if (!info->dying)
            add_vcpus_of(text, host->ctx, info, family);
}

/* ---- devices ---- */

static const struct device_row {
    const char *name;
    const char *help;
    size_t offset; /* of a uint64_t */
    double scale;
} vif_rows[] = {
#define VIF(name, help, field)                     \
    {                                              \
        "xen_domain_vif_" name "_total", help,     \
            offsetof(struct traffic_vif, field), 1 \
    }
    VIF("receive_bytes", "Bytes that the guest received.", received_bytes),
    VIF("receive_packets", "Packets that it received.", received_packets),
    VIF("receive_drop", "Packets to it that were dropped.", received_drops),
    VIF("receive_errors", "Packets to it that failed.", received_errors),
    VIF("transmit_bytes", "Bytes that the guest sent.", sent_bytes),
    VIF("transmit_packets", "Packets that it sent.", sent_packets),
    VIF("transmit_drop", "Packets from it that were dropped.", sent_drops),
    VIF("transmit_errors", "Packets from it that failed.", sent_errors),
#undef VIF
}, vbd_rows[] = {
#define VBD(name, help, field, scale)                  \
    {                                                  \
        "xen_domain_vbd_" name "_total", help,         \
            offsetof(struct traffic_vbd, field), scale \
    }
    VBD("read_requests", "Requests to read.", reads, 1),
    VBD("write_requests", "Requests to write.", writes, 1),
    VBD("out_of_requests", "Times that the ring was full.", out_of_requests, 1),
    VBD("read_bytes", "Bytes read.", read_sectors, SECTOR),
    VBD("written_bytes", "Bytes written.", written_sectors, SECTOR),
#undef VBD
};

static void add_device(struct strbuf *text, const struct measured *all,
                       const struct device_row *row, const void *device,
                       uint32_t domid, uint32_t number)
{
    cleanup_free char *device_text = mem_printf("%u", number);
    const uint64_t *value =
        (const uint64_t *)((const char *)device + row->offset);
    char uuid[UUID_TEXT_SIZE];

    VEC_EACH (&all->domains.items, info) {
        if (info->domid != domid)
            continue;
        uuid_format_text(info->uuid, uuid);
        struct metric_label labels[] = { { "name", info->name },
                                         { "uuid", uuid },
                                         { "device", device_text },
                                         { 0 } };
        metrics_sample(text, row->name, labels, (double)*value * row->scale);
    }
}

static void add_devices(struct strbuf *text, const struct measured *all)
{
    for (size_t i = 0; i < sizeof(vif_rows) / sizeof(vif_rows[0]); i++) {
        metrics_family(text, vif_rows[i].name, METRIC_COUNTER,
                       vif_rows[i].help);
        VEC_EACH (&all->traffic.vifs, vif)
            add_device(text, all, &vif_rows[i], vif, vif->domid, vif->number);
    }
    for (size_t i = 0; i < sizeof(vbd_rows) / sizeof(vbd_rows[0]); i++) {
        metrics_family(text, vbd_rows[i].name, METRIC_COUNTER,
                       vbd_rows[i].help);
        VEC_EACH (&all->traffic.vbds, vbd)
            add_device(text, all, &vbd_rows[i], vbd, vbd->domid, vbd->number);
    }
}

/* ---- the host ---- */

static void add_one(struct strbuf *text, const char *name, const char *help,
                    double value)
{
    metrics_family(text, name, METRIC_GAUGE, help);
    metrics_sample(text, name, NULL, value);
}

static void add_host(struct strbuf *text, const struct measured *all)
{
    const libxl_physinfo *phys = &all->facts.phys;
    const libxl_version_info *xen = all->facts.xen;
    cleanup_free char *version =
        mem_printf("%d.%d%s", xen->xen_version_major, xen->xen_version_minor,
                   xen->xen_version_extra);
    struct metric_label labels[] = { { "version", version },
                                     { "xenith", PACKAGE_VERSION },
                                     { 0 } };

    metrics_family(text, "xen_host_info", METRIC_GAUGE,
                   "Versions of Xen and of this toolstack; always 1.");
    metrics_sample(text, "xen_host_info", labels, 1);
    add_one(text, "xen_host_cpus", "Physical CPUs.", (double)phys->nr_cpus);
    add_one(text, "xen_host_memory_bytes", "Memory of the host.",
            (double)phys->total_pages * XEN_PAGE);
    add_one(text, "xen_host_memory_free_bytes", "Memory that is free.",
            (double)phys->free_pages * XEN_PAGE);
    add_one(text, "xen_host_memory_scrub_bytes",
            "Memory that is free once it is wiped.",
            (double)phys->scrub_pages * XEN_PAGE);
    add_one(text, "xen_host_memory_outstanding_bytes",
            "Free memory that is claimed already.",
            (double)phys->outstanding_pages * XEN_PAGE);
    add_one(text, "xen_host_memory_sharing_freed_bytes",
            "Memory that sharing freed.",
            (double)phys->sharing_freed_pages * XEN_PAGE);
    add_one(text, "xen_host_domains", "Domains, domain 0 included.",
            (double)all->domains.items.count);
    add_one(text, "xenith_supervisor_up", "Whether xnd runs.", all->supervised);
    add_one(text, "xenith_supervised_guests", "Guests that xnd looks after.",
            (double)all->supervised_guests);
}

/* ---- measuring ---- */

static void ask_supervisor(struct measured *all)
{
    cleanup_supervisor struct supervisor supervisor = SUPERVISOR_INIT;
    cleanup_json_value struct json_value *status = NULL;

    all->supervised = supervisor_ask_running(
        &supervisor, "{\"request\":\"status\"}", &status);
    all->supervised_guests = json_count(json_get(status, "guests"));
}

static int measure_shares(struct measured *all, struct error *err)
{
    size_t count = all->domains.items.count;
    cleanup_free uint32_t *domids = mem_zalloc(count + 1, sizeof(*domids));

    for (size_t i = 0; i < count; i++)
        domids[i] = all->domains.items.items[i].domid;
    all->shares = mem_zalloc(count + 1, sizeof(*all->shares));
    return xenstored_shares_read(domids, count, all->shares, err);
}

static int measure(struct host *host, struct measured *all, struct error *err)
{
    if (host_facts_read(host, &all->facts, err) < 0 ||
        domain_list_read(&all->domains,
                         DOMAIN_NAMES | DOMAIN_TYPES | DOMAIN_VM_PATHS,
                         err) < 0 ||
        domain_list_start_times(&all->domains, &all->starts, err) < 0 ||
        measure_shares(all, err) < 0 ||
        traffic_read(TRAFFIC_SYS, TRAFFIC_RUN, &all->traffic, err) < 0)
        return -1;
    traffic_merge_disks(&all->traffic);
    ask_supervisor(all);
    return 0;
}

static void dispose(struct measured *all)
{
    host_facts_dispose(&all->facts);
    domain_list_dispose(&all->domains);
    free(all->starts);
    free(all->shares);
    traffic_dispose(&all->traffic);
}

static int run(struct invocation *inv, struct error *err)
{
    const char *file = invocation_value(inv, "output");
    cleanup_strbuf struct strbuf text = { 0 };
    struct measured all = { 0 };

    int rc = measure(inv->host, &all, err);
    if (rc == 0) {
        add_host(&text, &all);
        add_domains(&text, &all);
        add_vcpus(&text, inv->host, &all);
        add_devices(&text, &all);
        rc = metrics_services_add(&text, err);
    }
    dispose(&all);
    if (rc == 0 && file != NULL)
        rc = io_replace_file(file, 0644, text.text, text.length, err);
    else if (rc == 0)
        show_printf("%s", text.text);
    return rc;
}

static const struct option_row options[] = {
    { 'o', "output", OPTION_VALUE, "FILE",
      "Replaces a file in one step instead" },
    { 0 },
};

const struct command command_metrics = {
    .name = "metrics",
    .ours = true,
    .summary = "Prints numbers of the host and its guests for Prometheus",
    .words = "",
    .options = options,
    .run = run,
};
