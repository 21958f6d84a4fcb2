/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host: machine, memory, hypervisor. The text is xl's: "key : value" lines
 * of which one, or those with a common beginning, can be asked for.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/mem.h"
#include "host/facts.h"
#include "show/show.h"
#include "xn/command.h"

/* What goes out, and how much of it. */
struct lines {
    const char *field; /* only keys that begin with it; NULL: all */
    bool found;
};

static void put(struct lines *lines, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void put(struct lines *lines, const char *key, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    cleanup_free char *value = mem_vprintf(format, args);
    va_end(args);
    if (lines->field == NULL) {
        show_printf("%-23s:%s\n", key, value);
        return;
    }
    cleanup_free char *line = mem_printf("%-23s:%s", key, value);
    if (strncmp(line, lines->field, strlen(lines->field)) != 0)
        return;
    lines->found = true;
    if (value[0] == ' ')
        show_printf("%s\n", value + 1);
}

static void put_system(struct lines *lines, const struct utsname *system)
{
    put(lines, "host", " %s", system->nodename);
    put(lines, "release", " %s", system->release);
    put(lines, "version", " %s", system->version);
    put(lines, "machine", " %s", system->machine);
}

/* What the machine can do for guests, as xl names it, in its order. */
struct capability {
    const char *name;
    bool present;
};

#define CAPABILITIES 11

static void list_capabilities(const libxl_physinfo *phys,
                              struct capability list[CAPABILITIES])
{
    const struct capability all[CAPABILITIES] = {
        { "pv", phys->cap_pv },
        { "hvm", phys->cap_hvm },
        { "hvm_directio", phys->cap_hvm && phys->cap_hvm_directio },
        { "pv_directio", phys->cap_pv && phys->cap_hvm_directio },
        { "hap", phys->cap_hap },
        { "shadow", phys->cap_shadow },
        { "iommu_hap_pt_share", phys->cap_iommu_hap_pt_share },
        { "vmtrace", phys->cap_vmtrace },
        { "vpmu", phys->cap_vpmu },
        { "gnttab-v1", phys->cap_gnttab_v1 },
        { "gnttab-v2", phys->cap_gnttab_v2 },
    };

    memcpy(list, all, sizeof(all));
}

static void put_hardware(struct lines *lines, const libxl_physinfo *phys)
{
    struct capability list[CAPABILITIES];
    cleanup_strbuf struct strbuf hardware = { 0 }, virtual = { 0 };

    for (int i = 0; i < 8; i++)
        strbuf_printf(&hardware, "%s%08x", i > 0 ? ":" : "", phys->hw_cap[i]);
    list_capabilities(phys, list);
    for (int i = 0; i < CAPABILITIES; i++)
        if (list[i].present)
            strbuf_printf(&virtual, " %s", list[i].name);
    put(lines, "nr_cpus", " %u", phys->nr_cpus);
    put(lines, "max_cpu_id", " %u", phys->max_cpu_id);
    put(lines, "nr_nodes", " %u", phys->nr_nodes);
    put(lines, "cores_per_socket", " %u", phys->cores_per_socket);
    put(lines, "threads_per_core", " %u", phys->threads_per_core);
    put(lines, "cpu_mhz", " %u.%03u", phys->cpu_khz / 1000,
        phys->cpu_khz % 1000);
    put(lines, "hw_caps", " %s", hardware.text);
    put(lines, "virt_caps", "%s", virtual.length > 0 ? virtual.text : "");
}

static void put_memory(struct lines *lines, const struct host_facts *facts)
{
    const libxl_physinfo *phys = &facts->phys;
    uint64_t pages_per_mib = (1u << 20) / facts->xen->pagesize;

    put(lines, "total_memory", " %" PRIu64, phys->total_pages / pages_per_mib);
    put(lines, "free_memory", " %" PRIu64,
        (phys->free_pages - phys->outstanding_pages) / pages_per_mib);
    put(lines, "sharing_freed_memory", " %" PRIu64,
        phys->sharing_freed_pages / pages_per_mib);
    put(lines, "sharing_used_memory", " %" PRIu64,
        phys->sharing_used_frames / pages_per_mib);
    put(lines, "outstanding_claims", " %" PRIu64,
        phys->outstanding_pages / pages_per_mib);
    put(lines, "free_cpus", " %d", facts->free_cpus);
}

static void put_topology(const struct host_topology *topology)
{
    int known = 0;

    show_printf("cpu_topology           :\n"
                "cpu:    core    socket     node\n");
    for (int i = 0; i < topology->cpu_count; i++) {
        const libxl_cputopology *cpu = &topology->cpus[i];
        if (cpu->core != LIBXL_CPUTOPOLOGY_INVALID_ENTRY)
            show_printf("%3d:    %4u     %4u     %4u\n", i, cpu->core,
                        cpu->socket, cpu->node);
    }
    show_printf("device topology        :\ndevice           node\n");
    for (int i = 0; i < topology->device_count; i++) {
        const libxl_pcitopology *device = &topology->devices[i];
        if (device->node == LIBXL_PCITOPOLOGY_INVALID_ENTRY)
            continue;
        show_printf("%04x:%02x:%02x.%01x      %u\n", device->seg, device->bus,
                    (device->devfn >> 3) & 0x1f, device->devfn & 7,
                    device->node);
        known++;
    }
    if (known == 0)
        show_printf("No device topology data available\n");
}

static void put_nodes(const struct host_topology *topology)
{
    show_printf("numa_info              :\n"
                "node:    memsize    memfree    distances\n");
    for (int i = 0; i < topology->node_count; i++) {
        const libxl_numainfo *node = &topology->nodes[i];
        if (node->size == LIBXL_NUMAINFO_INVALID_ENTRY)
            continue;
        show_printf("%4d:    %6" PRIu64 "     %6" PRIu64 "      ", i,
                    node->size >> 20, node->free >> 20);
        for (int j = 0; j < node->num_dists; j++)
            show_printf("%s%u", j > 0 ? "," : "", node->dists[j]);
        show_printf("\n");
    }
}

static void put_xen(struct lines *lines, const struct host_facts *facts)
{
    const libxl_version_info *xen = facts->xen;

    put(lines, "xen_major", " %d", xen->xen_version_major);
    put(lines, "xen_minor", " %d", xen->xen_version_minor);
    put(lines, "xen_extra", " %s", xen->xen_version_extra);
    put(lines, "xen_version", " %d.%d%s", xen->xen_version_major,
        xen->xen_version_minor, xen->xen_version_extra);
    put(lines, "xen_caps", " %s", xen->capabilities);
    put(lines, "xen_scheduler", " %s",
        libxl_scheduler_to_string(facts->scheduler));
    put(lines, "xen_pagesize", " %d", xen->pagesize);
    put(lines, "platform_params", " virt_start=0x%" PRIx64, xen->virt_start);
    put(lines, "xen_changeset", " %s", xen->changeset);
    put(lines, "xen_commandline", " %s", xen->commandline);
    put(lines, "cc_compiler", " %s", xen->compiler);
    put(lines, "cc_compile_by", " %s", xen->compile_by);
    put(lines, "cc_compile_domain", " %s", xen->compile_domain);
    put(lines, "cc_compile_date", " %s", xen->compile_date);
    put(lines, "build_id", " %s", xen->build_id);
    put(lines, "xend_config_format", " 4");
}

static void add_hardware(struct json_writer *json,
                         const struct host_facts *facts)
{
    const libxl_physinfo *phys = &facts->phys;
    uint64_t page = (uint64_t)facts->xen->pagesize;
    struct capability list[CAPABILITIES];

    json_add_uint(json, "cpus", phys->nr_cpus);
    json_add_uint(json, "max_cpu_id", phys->max_cpu_id);
    json_add_int(json, "free_cpus", facts->free_cpus);
    json_add_uint(json, "nodes", phys->nr_nodes);
    json_add_uint(json, "cores_per_socket", phys->cores_per_socket);
    json_add_uint(json, "threads_per_core", phys->threads_per_core);
    json_add_uint(json, "cpu_hz", (uint64_t)phys->cpu_khz * 1000);
    json_key(json, "virt_caps");
    json_begin_array(json);
    list_capabilities(phys, list);
    for (int i = 0; i < CAPABILITIES; i++)
        if (list[i].present)
            json_string(json, list[i].name);
    json_end_array(json);
    json_add_uint(json, "memory_total", phys->total_pages * page);
    json_add_uint(json, "memory_free",
                  (phys->free_pages - phys->outstanding_pages) * page);
    json_add_uint(json, "memory_claimed", phys->outstanding_pages * page);
    json_add_uint(json, "sharing_freed", phys->sharing_freed_pages * page);
    json_add_uint(json, "sharing_used", phys->sharing_used_frames * page);
}

/* Text that Xen leaves empty is not known. */
static void add_known(struct json_writer *json, const char *key,
                      const char *text)
{
    if (text != NULL && text[0] != '\0')
        json_add_string(json, key, text);
}

static void add_xen(struct json_writer *json, const struct host_facts *facts)
{
    const libxl_version_info *xen = facts->xen;
    cleanup_free char *version =
        mem_printf("%d.%d%s", xen->xen_version_major, xen->xen_version_minor,
                   xen->xen_version_extra);

    json_add_string(json, "xen_version", version);
    json_add_int(json, "xen_major", xen->xen_version_major);
    json_add_int(json, "xen_minor", xen->xen_version_minor);
    add_known(json, "xen_extra", xen->xen_version_extra);
    add_known(json, "xen_caps", xen->capabilities);
    json_add_string(json, "xen_scheduler",
                    libxl_scheduler_to_string(facts->scheduler));
    json_add_int(json, "xen_pagesize", xen->pagesize);
    add_known(json, "xen_changeset", xen->changeset);
    add_known(json, "xen_commandline", xen->commandline);
    add_known(json, "cc_compiler", xen->compiler);
    add_known(json, "cc_compile_by", xen->compile_by);
    add_known(json, "cc_compile_domain", xen->compile_domain);
    add_known(json, "cc_compile_date", xen->compile_date);
    add_known(json, "build_id", xen->build_id);
}

static void add_cpus(struct json_writer *json,
                     const struct host_topology *topology)
{
    json_key(json, "cpu_topology");
    json_begin_array(json);
    for (int i = 0; i < topology->cpu_count; i++) {
        const libxl_cputopology *cpu = &topology->cpus[i];
        if (cpu->core == LIBXL_CPUTOPOLOGY_INVALID_ENTRY)
            continue;
        json_begin_object(json);
        json_add_int(json, "cpu", i);
        json_add_uint(json, "core", cpu->core);
        json_add_uint(json, "socket", cpu->socket);
        json_add_uint(json, "node", cpu->node);
        json_end_object(json);
    }
    json_end_array(json);
}

static void add_nodes(struct json_writer *json,
                      const struct host_topology *topology)
{
    json_key(json, "numa_nodes");
    json_begin_array(json);
    for (int i = 0; i < topology->node_count; i++) {
        const libxl_numainfo *node = &topology->nodes[i];
        if (node->size == LIBXL_NUMAINFO_INVALID_ENTRY)
            continue;
        json_begin_object(json);
        json_add_int(json, "node", i);
        json_add_uint(json, "memory", node->size);
        json_add_uint(json, "memory_free", node->free);
        json_key(json, "distances");
        json_begin_array(json);
        for (int j = 0; j < node->num_dists; j++)
            json_uint(json, node->dists[j]);
        json_end_array(json);
        json_end_object(json);
    }
    json_end_array(json);
}

static void show_json(const struct host_facts *facts,
                      const struct host_topology *topology)
{
    struct json_writer *json = show_json_begin("info");

    json_add_string(json, "host", facts->system.nodename);
    json_add_string(json, "release", facts->system.release);
    json_add_string(json, "version", facts->system.version);
    json_add_string(json, "machine", facts->system.machine);
    add_hardware(json, facts);
    add_xen(json, facts);
    if (topology->cpus != NULL) {
        add_cpus(json, topology);
        add_nodes(json, topology);
    }
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_host_facts struct host_facts facts = { 0 };
    cleanup_host_topology struct host_topology topology = { 0 };
    bool numa = invocation_count(inv, "numa") > 0;
    struct lines lines = {
        .field = numa || inv->word_count == 0 ? NULL : inv->words[0],
    };

    if (host_facts_read(inv->host, &facts, err) < 0)
        return -1;
    if (numa && host_topology_read(inv->host, &topology, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0) {
        show_json(&facts, &topology);
        return 0;
    }
    put_system(&lines, &facts.system);
    put_hardware(&lines, &facts.phys);
    put_memory(&lines, &facts);
    if (numa) {
        put_topology(&topology);
        put_nodes(&topology);
    }
    put_xen(&lines, &facts);
    if (lines.field == NULL || lines.found || inv->settings->as_xl)
        return 0;
    error_set(err, ERR_USAGE, "no field '%s'", lines.field);
    error_hint(err, "'xn info' shows them all");
    return -1;
}

static const struct option_row options[] = {
    { 'n', "numa", OPTION_FLAG, NULL, "Adds CPUs, devices and NUMA nodes" },
    OPTION_JSON,
    { 0 },
};

const struct command command_info = {
    .name = "info",
    .summary = "Shows the host: machine, memory, hypervisor",
    .words = "[FIELD]",
    .max_words = 1,
    .options = options,
    .run = run,
};
