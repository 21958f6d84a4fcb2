/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xn cpupool-create: a CPU pool from a file, from words, or from both. */
#include <string.h>

#include <libxl_utils.h>

#include "base/mem.h"
#include "config/cpupool.h"
#include "host/cpupool.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/load.h"

/* Without a name of its own a pool has its file's. */
static int name_pool(struct cpupool_spec *spec, const char *file,
                     struct error *err)
{
    const char *slash = file != NULL ? strrchr(file, '/') : NULL;

    if (spec->name == NULL && file != NULL)
        spec->name = mem_strdup(slash != NULL ? slash + 1 : file);
    if (spec->name != NULL && spec->name[0] != '\0')
        return 0;
    error_set(err, ERR_CONFIG, "the CPU pool has no name");
    error_hint(err, "xn cpupool-create 'name=\"fast\"' 'cpus=\"2-3\"'");
    return -1;
}

static int set_scheduler(struct host *host, struct cpupool_spec *spec,
                         struct error *err)
{
    if (spec->scheduler != LIBXL_SCHEDULER_UNKNOWN)
        return 0;
    int rc = libxl_get_scheduler(host->ctx);
    if (rc < 0)
        return host_fail(host, err, ERR_HOST, rc, "scheduler of Xen");
    spec->scheduler = (libxl_scheduler)rc;
    return 0;
}

static int refuse_cpu(const struct cpupool_list *pools, int cpu,
                      struct error *err)
{
    const libxl_cpupoolinfo *owner = cpupool_of_cpu(pools, cpu);

    if (owner == NULL)
        return error_set(err, ERR_CONFIG, "this host has no CPU %d", cpu);
    error_set(err, ERR_STATE, "CPU %d is in pool '%s'", cpu, owner->pool_name);
    error_hint(err, "xn cpupool-cpu-remove %s %d", owner->pool_name, cpu);
    return -1;
}

/* Of nodes, those that are free are taken; CPUs must all be. */
static int take_free(const struct cpupool_list *pools,
                     const libxl_bitmap *free_cpus, struct cpupool_spec *spec,
                     struct error *err)
{
    int cpu;

    libxl_for_each_set_bit(cpu, spec->cpus)
    {
        if (libxl_bitmap_test(free_cpus, cpu))
            continue;
        if (spec->choice == CPUPOOL_CPUS)
            return refuse_cpu(pools, cpu, err);
        libxl_bitmap_reset(&spec->cpus, cpu);
    }
    if (spec->choice == CPUPOOL_NODES && libxl_bitmap_is_empty(&spec->cpus))
        return error_set(err, ERR_STATE, "no CPU of these nodes is free");
    return 0;
}

static int choose_cpus(struct host *host, struct cpupool_spec *spec,
                       struct error *err)
{
    cleanup_cpupool_list struct cpupool_list pools = { 0 };
    libxl_bitmap free_cpus;

    if (cpupool_list_read(host, &pools, err) < 0)
        return -1;
    libxl_bitmap_init(&free_cpus);
    int rc = libxl_get_freecpus(host->ctx, &free_cpus);
    if (rc != 0)
        return host_fail(host, err, ERR_HOST, rc, "CPUs without a pool");
    rc = take_free(&pools, &free_cpus, spec, err);
    libxl_bitmap_dispose(&free_cpus);
    return rc;
}

/* file may be NULL: then all of it is in the overrides. */
static int load_spec(const struct invocation *inv, const char *file,
                     const char *const *overrides, struct cpupool_spec *spec,
                     struct error *err)
{
    struct config_source source = {
        .path = file != NULL ? file : "command line",
        .text = file != NULL ? NULL : "",
        .overrides = overrides,
        .plain = inv->settings->as_xl,
    };

    if (load_cpupool(inv->settings, inv->host, &source, spec, err) < 0 ||
        name_pool(spec, file, err) < 0 ||
        set_scheduler(inv->host, spec, err) < 0)
        return -1;
    return choose_cpus(inv->host, spec, err);
}

static void show_json(const struct cpupool_spec *spec, bool made,
                      uint32_t poolid)
{
    struct json_writer *json = show_json_begin("cpupool-create");
    int cpu;

    if (made)
        json_add_uint(json, "id", poolid);
    json_add_string(json, "name", spec->name);
    json_add_string(json, "scheduler",
                    libxl_scheduler_to_string(spec->scheduler));
    json_key(json, "cpus");
    json_begin_array(json);
    libxl_for_each_set_bit(cpu, spec->cpus) json_int(json, cpu);
    json_end_array(json);
    show_json_end(json);
}

static void show_text(const struct cpupool_spec *spec, const char *file)
{
    cleanup_free char *source = show_safe(file != NULL ? file : "command line");
    cleanup_free char *name = show_safe(spec->name);

    show_printf("Using config file \"%s\"\n"
                "cpupool name:   %s\n"
                "scheduler:      %s\n"
                "number of cpus: %d\n",
                source, name, libxl_scheduler_to_string(spec->scheduler),
                libxl_bitmap_count_set(&spec->cpus));
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_cpupool_spec struct cpupool_spec spec = { 0 };
    cleanup_load_words struct load_words words = { 0 };
    bool dry_run = invocation_is_dry_run(inv);
    uint32_t poolid = 0;

    load_words_sort(inv, &words);
    if (words.files.count > 1)
        return error_set(err, ERR_USAGE, "one file only, not '%s' too",
                         words.files.items[1]);
    const char *file = words.files.count > 0 ? words.files.items[0] : NULL;
    if (load_spec(inv, file, words.overrides.items, &spec, err) < 0)
        return -1;
    if (!dry_run && cpupool_create(inv->host, spec.name, spec.scheduler,
                                   &spec.cpus, &poolid, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0)
        show_json(&spec, !dry_run, poolid);
    else
        show_text(&spec, file);
    return 0;
}

static const struct option_row options[] = {
    { 'f', "defconfig", OPTION_VALUE, "FILE", "The configuration file" },
    { 'n', "dry-run", OPTION_FLAG, NULL, "Only prints what would be made" },
    { 0, "dryrun", OPTION_FLAG, NULL, NULL },
    OPTION_JSON,
    { 0 },
};

const struct command command_cpupool_create = {
    .name = "cpupool-create",
    .summary = "Makes a CPU pool of free CPUs",
    .words = "[FILE] [KEY=VALUE ...]",
    .max_words = -1,
    .completes = WORD_FILE,
    .can_dry_run = true,
    .options = options,
    .run = run,
};
