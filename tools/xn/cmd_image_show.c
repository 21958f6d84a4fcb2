/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in a saved guest, and what it needs. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "host/cpu_policy.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/image_file.h"

/* What its configuration says; NULL and 0 where it does not. */
struct guest {
    const struct json_value *config;
    const char *name;
    const char *type;
    const char *uuid;
    const char *kernel;
    const char *model; /* the device model: its path, or its kind */
    uint64_t memory_kib;
    struct cpu_features cpu; /* that it was given */
};

/* -- what it says ---------------------------------------------------------- */

/* Of an HVM guest; without a word libxl starts QEMU as it is built for Xen. */
static const char *model_of(const struct json_value *build, const char *type)
{
    const char *path = json_as_string(json_get(build, "device_model"));
    const char *kind = json_as_string(json_get(build, "device_model_version"));

    if (path != NULL || type == NULL || strcmp(type, "hvm") != 0)
        return path;
    return kind != NULL ? kind : "qemu_xen";
}

#if defined(__x86_64__)
static void read_cpu(const struct image_facts *facts, struct cpu_features *cpu)
{
    size_t count = facts->cpuid_length / sizeof(xen_cpuid_leaf_t);
    cleanup_free xen_cpuid_leaf_t *leaves =
        mem_zalloc(count + 1, sizeof(*leaves));

    memcpy(leaves, facts->cpuid, count * sizeof(*leaves));
    if (count > 0)
        cpu_features_read(leaves, (uint32_t)count, NULL, 0, cpu);
}
#else
static void read_cpu(const struct image_facts *facts, struct cpu_features *cpu)
{
}
#endif

static struct guest read_guest(const struct image_facts *facts,
                               const struct json_value *config)
{
    const struct json_value *create = json_get(config, "c_info");
    const struct json_value *build = json_get(config, "b_info");
    struct guest guest = {
        .config = config,
        .name = json_as_string(json_get(create, "name")),
        .type = json_as_string(json_get(create, "type")),
        .uuid = json_as_string(json_get(create, "uuid")),
        .kernel = json_as_string(json_get(build, "kernel")),
    };

    guest.model = model_of(build, guest.type);
    json_as_uint(json_get(build, "max_memkb"), &guest.memory_kib);
    read_cpu(facts, &guest.cpu);
    return guest;
}

/* The configuration as a tree, NULL if there is none to be read. */
static struct json_value *parse_config(const struct image_facts *facts)
{
    struct json_value *config = NULL;

    if (facts->config != NULL)
        (void)!json_parse(facts->config, strlen(facts->config), &config, NULL);
    return config;
}

static bool has_feature(const struct cpu_features *cpu, unsigned int feature)
{
    return (cpu->words[feature / 32] >> (feature % 32) & 1) != 0;
}

static bool is_writable(const struct json_value *disk)
{
    uint64_t writable;

    return json_as_uint(json_get(disk, "readwrite"), &writable) &&
           writable != 0;
}

/* -- for people ------------------------------------------------------------ */

static void show_line(const char *label, const char *text)
{
    cleanup_free char *safe = show_safe(text != NULL ? text : "unknown");

    show_printf("  %-8s %s\n", label, safe);
}

static void show_cpu(const struct cpu_features *cpu)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < cpu->count * 32; i++)
        count += has_feature(cpu, i);
    cleanup_free char *text = mem_printf(
        "%s, with %u features (--json lists them)", cpu->vendor, count);
    if (cpu->count > 0)
        show_line("CPU", text);
}

static void show_disks(const struct json_value *disks)
{
    for (size_t i = 0; i < json_count(disks); i++) {
        const struct json_value *disk = json_item(disks, i);
        const char *path = json_as_string(json_get(disk, "pdev_path"));
        const char *name = json_as_string(json_get(disk, "vdev"));
        const char *format = json_as_string(json_get(disk, "format"));
        cleanup_free char *text = mem_printf(
            "%s: %s (%s%s)", name != NULL ? name : "?",
            path != NULL ? path : "empty", format != NULL ? format : "unknown",
            is_writable(disk) ? "" : ", read only");

        show_line("disk", text);
    }
}

static void show_bridges(const struct json_value *nics)
{
    for (size_t i = 0; i < json_count(nics); i++) {
        const struct json_value *nic = json_item(nics, i);
        const char *bridge = json_as_string(json_get(nic, "bridge"));
        const char *mac = json_as_string(json_get(nic, "mac"));
        cleanup_free char *text =
            mem_printf("%s (%s)", bridge != NULL ? bridge : "by default",
                       mac != NULL ? mac : "any address");

        show_line("bridge", text);
    }
}

static void show_text(const char *path, const struct image_facts *facts,
                      const struct guest *guest)
{
    cleanup_free char *file = show_safe(path);
    cleanup_free char *memory =
        mem_printf("%llu MiB", (unsigned long long)guest->memory_kib >> 10);
    cleanup_free char *xen =
        mem_printf("%llu.%llu or later", (unsigned long long)facts->xen_major,
                   (unsigned long long)facts->xen_minor);

    show_printf("%s\n", file);
    show_line("format", facts->xenith ? "xenith" : "xl");
    show_line("name", guest->name);
    show_line("uuid", guest->uuid);
    show_line("type", guest->type != NULL ? guest->type : facts->type);
    show_line("memory", guest->memory_kib > 0 ? memory : NULL);
    show_line("Xen", xen);
    show_cpu(&guest->cpu);
    show_disks(json_get(guest->config, "disks"));
    show_bridges(json_get(guest->config, "nics"));
    if (guest->kernel != NULL)
        show_line("kernel", guest->kernel);
    if (guest->model != NULL)
        show_line("model", guest->model);
}

/* -- as JSON --------------------------------------------------------------- */

static void add_features(struct json_writer *json,
                         const struct cpu_features *cpu)
{
    json_key(json, "cpu_features");
    json_begin_array(json);
    for (unsigned int i = 0; i < cpu->count * 32; i++) {
        const char *name = has_feature(cpu, i) ? cpu_feature_name(i) : NULL;
        if (name != NULL)
            json_string(json, name);
    }
    json_end_array(json);
}

static void add_disks(struct json_writer *json, const struct json_value *disks)
{
    json_key(json, "disks");
    json_begin_array(json);
    for (size_t i = 0; i < json_count(disks); i++) {
        const struct json_value *disk = json_item(disks, i);

        json_begin_object(json);
        json_add_string(json, "vdev", json_as_string(json_get(disk, "vdev")));
        json_add_string(json, "path",
                        json_as_string(json_get(disk, "pdev_path")));
        json_add_string(json, "format",
                        json_as_string(json_get(disk, "format")));
        json_add_bool(json, "writable", is_writable(disk));
        json_end_object(json);
    }
    json_end_array(json);
}

static void add_vifs(struct json_writer *json, const struct json_value *nics)
{
    json_key(json, "vifs");
    json_begin_array(json);
    for (size_t i = 0; i < json_count(nics); i++) {
        const struct json_value *nic = json_item(nics, i);

        json_begin_object(json);
        json_add_string(json, "bridge",
                        json_as_string(json_get(nic, "bridge")));
        json_add_string(json, "mac", json_as_string(json_get(nic, "mac")));
        json_end_object(json);
    }
    json_end_array(json);
}

static void show_json(const char *path, const struct image_facts *facts,
                      const struct guest *guest)
{
    struct json_writer *json = show_json_begin("image-show");
    const struct cpu_features *cpu = &guest->cpu;

    json_add_string(json, "file", path);
    json_add_string(json, "format", facts->xenith ? "xenith" : "xl");
    json_add_string(json, "name", guest->name);
    json_add_string(json, "uuid", guest->uuid);
    json_add_string(json, "type", guest->type);
    json_add_uint(json, "memory_bytes", guest->memory_kib << 10);
    json_add_uint(json, "xen_major", facts->xen_major);
    json_add_uint(json, "xen_minor", facts->xen_minor);
    json_add_string(json, "cpu_vendor", cpu->count > 0 ? cpu->vendor : NULL);
    add_features(json, cpu);
    add_disks(json, json_get(guest->config, "disks"));
    add_vifs(json, json_get(guest->config, "nics"));
    json_add_string(json, "kernel", guest->kernel);
    json_add_string(json, "device_model", guest->model);
    json_key(json, "config");
    if (guest->config != NULL)
        json_value(json, guest->config);
    else
        json_null(json);
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_image_facts struct image_facts facts = { 0 };
    const char *path = inv->words[0];

    if (image_file_inspect(path, false, &facts, err) < 0)
        return -1;
    cleanup_json_value struct json_value *config = parse_config(&facts);
    struct guest guest = read_guest(&facts, config);
    if (invocation_count(inv, "json") > 0)
        show_json(path, &facts, &guest);
    else
        show_text(path, &facts, &guest);
    return 0;
}

const struct command command_image_show = {
    .name = "show",
    .group = "image",
    .summary = "Tells what is in a saved domain and what it needs",
    .words = "FILE",
    .min_words = 1,
    .max_words = 1,
    .completes = WORD_FILE,
    .without_xen = true,
    .options = json_option,
    .run = run,
};
