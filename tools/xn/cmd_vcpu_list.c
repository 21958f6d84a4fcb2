/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The virtual CPUs: where they run, for how long, and where they may. */
#include "base/mem.h"
#include "base/number.h"
#include "host/facts.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"

static void show_vcpu(const char *name, uint32_t domid,
                      const libxl_vcpuinfo *vcpu, unsigned int cpus)
{
    cleanup_free char *hard =
        format_bit_list(vcpu->cpumap.map, vcpu->cpumap.size, cpus);
    cleanup_free char *soft =
        format_bit_list(vcpu->cpumap_soft.map, vcpu->cpumap_soft.size, cpus);

    show_printf("%-32s %5u %5u", name, domid, vcpu->vcpuid);
    if (!vcpu->online)
        show_printf("%5c %3c%cp ", '-', '-', '-');
    else
        show_printf("%5u %3c%c- ", vcpu->cpu, vcpu->running ? 'r' : '-',
                    vcpu->blocked ? 'b' : '-');
    show_printf("%9.1f  %s / %s\n", (double)((float)vcpu->vcpu_time / 1e9),
                hard, soft);
}

static void add_vcpu(struct json_writer *json, const libxl_vcpuinfo *vcpu,
                     unsigned int cpus)
{
    cleanup_free char *hard =
        format_bit_list(vcpu->cpumap.map, vcpu->cpumap.size, cpus);
    cleanup_free char *soft =
        format_bit_list(vcpu->cpumap_soft.map, vcpu->cpumap_soft.size, cpus);

    json_begin_object(json);
    json_add_uint(json, "vcpu", vcpu->vcpuid);
    json_add_bool(json, "online", vcpu->online);
    if (vcpu->online)
        json_add_uint(json, "cpu", vcpu->cpu);
    json_add_string(json, "state",
                    !vcpu->online   ? "offline"
                    : vcpu->running ? "running"
                    : vcpu->blocked ? "blocked"
                                    : "runnable");
    json_add_double(json, "cpu_seconds", (double)vcpu->vcpu_time / 1e9);
    json_add_string(json, "affinity_hard", hard);
    json_add_string(json, "affinity_soft", soft);
    json_end_object(json);
}

/* A domain without vCPUs, or that is gone by now, has no line. */
static void show_domain(const struct invocation *inv,
                        const struct domain_info *info, unsigned int cpus,
                        struct json_writer *json)
{
    cleanup_free char *name = format_name(info->name);
    int count = 0, host_cpus = 0;
    libxl_vcpuinfo *vcpus =
        libxl_list_vcpu(inv->host->ctx, info->domid, &count, &host_cpus);

    if (vcpus == NULL)
        return;
    if (json != NULL) {
        json_begin_object(json);
        json_add_uint(json, "domid", info->domid);
        if (info->name != NULL)
            json_add_string(json, "name", info->name);
        json_key(json, "vcpus");
        json_begin_array(json);
    }
    for (int i = 0; i < count; i++) {
        if (json != NULL)
            add_vcpu(json, &vcpus[i], cpus);
        else
            show_vcpu(name, info->domid, &vcpus[i], cpus);
    }
    if (json != NULL) {
        json_end_array(json);
        json_end_object(json);
    }
    libxl_vcpuinfo_list_free(vcpus, count);
}

/* xl passes over an id that no domain has. */
static int select_as_xl(const struct invocation *inv, struct domain_list *list,
                        struct error *err)
{
    for (int i = 0; i < inv->word_count; i++) {
        uint32_t number;

        if (domain_list_select(inv->host, list, &inv->words[i], 1, DOMAIN_NAMES,
                               err) == 0)
            continue;
        if (err->kind != ERR_NODOMAIN ||
            !number_parse_u32(inv->words[i], &number))
            return -1;
        error_dispose(err);
    }
    return 0;
}

static int select_domains(const struct invocation *inv,
                          struct domain_list *list, struct error *err)
{
    if (inv->settings->as_xl && inv->word_count > 0)
        return select_as_xl(inv, list, err);
    return domain_list_select(inv->host, list, inv->words, inv->word_count,
                              DOMAIN_NAMES, err);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    struct json_writer *json = NULL;
    int cpus;

    if (host_cpu_ids(inv->host, &cpus, err) < 0 ||
        select_domains(inv, &list, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0) {
        json = show_json_begin("vcpu-list");
        json_key(json, "domains");
        json_begin_array(json);
    } else {
        show_printf("%-32s %5s %5s %5s %5s %9s %s\n", "Name", "ID", "VCPU",
                    "CPU", "State", "Time(s)", "Affinity (Hard / Soft)");
    }
    VEC_EACH (&list.items, info)
        show_domain(inv, info, (unsigned int)cpus, json);
    if (json != NULL) {
        json_end_array(json);
        show_json_end(json);
    }
    return 0;
}

const struct command command_vcpu_list = {
    .name = "vcpu-list",
    .summary = "Lists the virtual CPUs of all domains, or of those named",
    .words = "[DOMAIN ...]",
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .options = json_option,
    .run = run,
};
