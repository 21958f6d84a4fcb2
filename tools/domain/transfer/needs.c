/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/needs.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "device/disk.h"
#include "domain/memory.h"
#include "domain/transfer/cpu_compare.h"
#include "domain/transfer/disk_compare.h"
#include "host/connected.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

void needs_dispose(struct needs *needs)
{
    free(needs->host);
    VEC_EACH (&needs->disks, disk)
        disk_identity_dispose(disk);
    VEC_DISPOSE(&needs->disks);
    emulator_dispose(&needs->emulator);
    *needs = (struct needs){ 0 };
}

/* -- there ----------------------------------------------------------------- */

static void format_cpu(const struct cpu_features *cpu, struct json_writer *json)
{
    json_begin_object(json);
    json_add_string(json, "vendor", cpu->vendor);
    json_key(json, "features");
    json_begin_array(json);
    for (unsigned int i = 0; i < cpu->count; i++)
        json_uint(json, cpu->words[i]);
    json_end_array(json);
    json_end_object(json);
}

static const char *const places[] = {
    [DISK_UNKNOWN] = "unknown",
    [DISK_BLOCK] = "block",
    [DISK_FILE] = "file",
};

static void format_disk(const struct disk_identity *disk,
                        struct json_writer *json)
{
    json_begin_object(json);
    json_add_string(json, "place", places[disk->place]);
    json_add_uint(json, "size", disk->size);
    json_key(json, "names");
    json_begin_array(json);
    VEC_EACH (&disk->names, name) {
        json_begin_object(json);
        json_add_string(json, "kind", name->kind);
        json_add_string(json, "value", name->value);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

static void format_emulator(const struct emulator *emulator,
                            struct json_writer *json)
{
    json_begin_object(json);
    json_add_uint(json, "qemu_major", emulator->major);
    json_add_uint(json, "qemu_minor", emulator->minor);
    json_add_string(json, "machine", emulator->machine);
    json_add_string(json, "firmware", emulator->firmware);
    json_end_object(json);
}

void needs_format(const struct needs *needs, struct json_writer *json)
{
    json_begin_object(json);
    json_add_string(json, "host", needs->host);
    json_add_uint(json, "memory_kib", needs->memory_kib);
    json_add_uint(json, "connected", needs->connected);
    if (needs->cpu.count > 0) {
        json_key(json, "cpu");
        format_cpu(&needs->cpu, json);
    }
    json_key(json, "disks");
    json_begin_array(json);
    VEC_EACH (&needs->disks, disk)
        format_disk(disk, json);
    json_end_array(json);
    if (needs->emulator.machine != NULL) {
        json_key(json, "emulator");
        format_emulator(&needs->emulator, json);
    }
    json_end_object(json);
}

/* -- and back -------------------------------------------------------------- */

static bool take_u32(const struct json_value *json, uint32_t *number)
{
    uint64_t wide;

    if (!json_as_uint(json, &wide) || wide > UINT32_MAX)
        return false;
    *number = (uint32_t)wide;
    return true;
}

static char *take_text(const struct json_value *json, const char *key)
{
    const char *text = json_as_string(json_get(json, key));

    return text != NULL ? mem_strdup(text) : NULL;
}

/* Words beyond those that there is room for are of a Xen to come. */
static void parse_cpu(const struct json_value *json, struct cpu_features *cpu)
{
    const struct json_value *words = json_get(json, "features");
    const char *vendor = json_as_string(json_get(json, "vendor"));
    struct cpu_features read = { 0 };
    size_t count = json_count(words);

    if (words == NULL || json_type_of(words) != JSON_ARRAY)
        return;
    read.count = count < CPU_WORDS ? (unsigned int)count : CPU_WORDS;
    for (unsigned int i = 0; i < read.count; i++)
        if (!take_u32(json_item(words, i), &read.words[i]))
            return;
    if (vendor != NULL && strlen(vendor) < sizeof(read.vendor))
        memcpy(read.vendor, vendor, strlen(vendor));
    *cpu = read;
}

static void parse_names(const struct json_value *names,
                        struct disk_identity *disk)
{
    for (size_t i = 0; i < json_count(names); i++) {
        const struct json_value *name = json_item(names, i);
        const char *kind = json_as_string(json_get(name, "kind"));
        const char *value = json_as_string(json_get(name, "value"));

        if (kind != NULL && value != NULL)
            disk_identity_add(disk, kind, value);
    }
}

static void parse_disk(const struct json_value *json,
                       struct disk_identity *disk)
{
    const char *place = json_as_string(json_get(json, "place"));

    *disk = (struct disk_identity){ 0 };
    for (size_t i = 0; place != NULL && i < sizeof(places) / sizeof(places[0]);
         i++)
        if (strcmp(place, places[i]) == 0)
            disk->place = (enum disk_place)i;
    json_as_uint(json_get(json, "size"), &disk->size);
    parse_names(json_get(json, "names"), disk);
}

static void parse_emulator(const struct json_value *json,
                           struct emulator *emulator)
{
    emulator->machine = take_text(json, "machine");
    emulator->firmware = take_text(json, "firmware");
    if (!take_u32(json_get(json, "qemu_major"), &emulator->major) ||
        !take_u32(json_get(json, "qemu_minor"), &emulator->minor))
        emulator->major = emulator->minor = 0;
}

void needs_parse(const struct json_value *json, struct needs *needs)
{
    const struct json_value *disks = json_get(json, "disks");

    needs->host = take_text(json, "host");
    json_as_uint(json_get(json, "memory_kib"), &needs->memory_kib);
    if (!take_u32(json_get(json, "connected"), &needs->connected))
        needs->connected = 0;
    parse_cpu(json_get(json, "cpu"), &needs->cpu);
    if (disks != NULL && json_type_of(disks) == JSON_ARRAY)
        for (size_t i = 0; i < json_count(disks); i++)
            parse_disk(json_item(disks, i), VEC_ADD(&needs->disks));
    parse_emulator(json_get(json, "emulator"), &needs->emulator);
}

/* -- here ------------------------------------------------------------------ */

/* Copies of one machine may have been booted once, but have other names. */
char *needs_name_host(void)
{
    cleanup_free char *boot = NULL;
    struct utsname names;
    size_t length;

    if (io_read_file(BOOT_ID, 64, &boot, &length, NULL) < 0 ||
        uname(&names) < 0)
        return NULL;
    return mem_printf("%.*s %s", (int)strcspn(boot, "\n"), boot,
                      names.nodename);
}

bool needs_are_of_this_host(const struct needs *needs)
{
    cleanup_free char *name = needs_name_host();

    return needs->host != NULL && name != NULL &&
           strcmp(needs->host, name) == 0;
}

static void gather_cpu(uint32_t domid, struct cpu_features *cpu)
{
    cleanup_error struct error err = ERROR_INIT;

    if (cpu_policy_of_domain(domid, cpu, &err) < 0)
        log_info("the guest's CPU features are not compared: %s", err.message);
}

void needs_gather(struct host *host, uint32_t domid, const char *config_json,
                  struct needs *needs)
{
    libxl_domain_config config;

    *needs = (struct needs){ .host = needs_name_host() };
    gather_cpu(domid, &needs->cpu);
    needs->memory_kib = memory_present(host, domid);
    if (connected_count(domid, &needs->connected, NULL) < 0)
        needs->connected = 0;
    libxl_domain_config_init(&config);
    if (libxl_domain_config_from_json(host->ctx, &config, config_json) == 0) {
        for (int i = 0; i < config.num_disks; i++)
            disk_identity_read(&disk_places_of_host, &config.disks[i],
                               VEC_ADD(&needs->disks));
        emulator_of_guest(host, domid, &config, &needs->emulator);
    }
    libxl_domain_config_dispose(&config);
}

/* -- what this host lacks -------------------------------------------------- */

static void check_cpu(const struct needs *needs, bool pv, struct answer *answer)
{
    cleanup_error struct error err = ERROR_INIT;
    struct cpu_features offered;

    if (needs->cpu.count == 0)
        return;
    if (cpu_policy_of_host(pv, &offered, &err) < 0)
        answer_add(answer, false, "its CPUs are not compared: %s", err.message);
    else
        cpu_compare(&needs->cpu, &offered, pv, answer);
}

static void check_disks(const struct needs *needs,
                        const libxl_domain_config *config, bool tell,
                        struct answer *answer)
{
    if (needs->disks.count != (size_t)config->num_disks)
        return;
    for (int i = 0; i < config->num_disks; i++) {
        const libxl_device_disk *disk = &config->disks[i];
        cleanup_free char *label = disk_label(disk, (unsigned int)i);
        cleanup_disk_identity struct disk_identity ours = { 0 };

        disk_identity_read(&disk_places_of_host, disk, &ours);
        const struct disk_pair pair = { .theirs = &needs->disks.items[i],
                                        .ours = &ours,
                                        .label = label,
                                        .path = disk->pdev_path,
                                        .writable = disk->readwrite != 0 };
        disk_compare(&pair, tell, answer);
    }
}

static void check_emulator(struct host *host, const struct needs *needs,
                           const libxl_domain_config *config,
                           struct answer *answer)
{
    struct emulator ours;

    if (needs->emulator.machine == NULL)
        return;
    emulator_of_host(host, config, &ours);
    emulator_compare(&needs->emulator, &ours, answer);
    emulator_dispose(&ours);
}

void needs_check(struct host *host, const struct needs *needs,
                 const libxl_domain_config *config, bool tell,
                 struct answer *answer)
{
    check_cpu(needs, config->c_info.type == LIBXL_DOMAIN_TYPE_PV, answer);
    if (!needs_are_of_this_host(needs))
        check_disks(needs, config, tell, answer);
    check_emulator(host, needs, config, answer);
}
