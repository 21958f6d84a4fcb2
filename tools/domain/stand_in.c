/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/stand_in.h"

#include <inttypes.h>

#include <libxl_utils.h>

#include "base/mem.h"
#include "base/paths.h"
#include "device/script.h"
#include "host/stored.h"

bool stand_in_takes_disk(const libxl_domain_config *config, int disk,
                         bool boots)
{
    libxl_defbool stub = config->b_info.device_model_stubdomain;
    bool is_stubs = !libxl_defbool_is_default(stub) && libxl_defbool_val(stub);

    if (config->c_info.type == LIBXL_DOMAIN_TYPE_HVM && !boots)
        return false;
    return !is_stubs && (disk > 0 || !loader_runs(config));
}

/* Puts a new text, if there is one, in place of the old, which it yields. */
static char *exchange(struct stand_in *stand_in, char **text, char *replacement)
{
    char *old = *text;

    if (replacement == NULL)
        return old != NULL ? mem_strdup(old) : NULL;
    *text = replacement;
    stand_in->changed = true;
    return old;
}

static void confine_loader(struct stand_in *stand_in,
                           libxl_domain_build_info *build,
                           const struct loader *loader)
{
    if (loader->path == NULL)
        return;
    stand_in->bootloader = build->bootloader;
    stand_in->bootloader_args = build->bootloader_args;
    build->bootloader = mem_strdup(PATHS_BOOTLOADER);
    build->bootloader_args =
        loader_arguments(loader, stand_in->bootloader_args);
    stand_in->confines = stand_in->changed = true;
}

/*
 * A guest may have more memory than it shall have: it was told to give some
 * back and did not do so yet, or never does. libxl would let a restored one
 * have no more than it shall have (libxl_dom.c, libxl__build_pre), and fail.
 */
static void lift_target(struct stand_in *stand_in,
                        libxl_domain_build_info *build)
{
    if (build->max_memkb == LIBXL_MEMKB_DEFAULT ||
        build->target_memkb >= build->max_memkb)
        return;
    stand_in->target_kib = build->target_memkb;
    build->target_memkb = build->max_memkb;
    stand_in->lifts = stand_in->changed = true;
}

static void put_back(char **text, char *named)
{
    free(*text);
    *text = named;
}

void stand_in_begin(struct stand_in *stand_in, libxl_domain_config *config,
                    const char *kernel, const struct loader *loader, bool boots)
{
    *stand_in = (struct stand_in){
        .disk_scripts =
            mem_zalloc((size_t)config->num_disks + 1, sizeof(char *)),
        .num_disks = config->num_disks,
        .nic_scripts = mem_zalloc((size_t)config->num_nics + 1, sizeof(char *)),
        .num_nics = config->num_nics,
    };
    stand_in->kernel = exchange(stand_in, &config->b_info.kernel,
                                kernel ? mem_strdup(kernel) : NULL);
    confine_loader(stand_in, &config->b_info, loader);
    if (!boots)
        lift_target(stand_in, &config->b_info);
    for (int i = 0; i < config->num_disks; i++) {
        libxl_device_disk *disk = &config->disks[i];
        bool exchanges = stand_in_takes_disk(config, i, boots) ||
                         script_is_users(disk->script);
        stand_in->disk_scripts[i] = exchange(
            stand_in, &disk->script, exchanges ? script_for_disk(disk) : NULL);
    }
    for (int i = 0; i < config->num_nics; i++) {
        libxl_device_nic *nic = &config->nics[i];
        stand_in->nic_scripts[i] =
            exchange(stand_in, &nic->script, script_for_nic(nic));
    }
}

void stand_in_end(struct stand_in *stand_in, libxl_domain_config *config)
{
    if (stand_in->lifts)
        config->b_info.target_memkb = stand_in->target_kib;
    put_back(&config->b_info.kernel, stand_in->kernel);
    if (stand_in->confines) {
        put_back(&config->b_info.bootloader, stand_in->bootloader);
        libxl_string_list_dispose(&config->b_info.bootloader_args);
        config->b_info.bootloader_args = stand_in->bootloader_args;
    }
    for (int i = 0; i < stand_in->num_disks; i++)
        put_back(&config->disks[i].script, stand_in->disk_scripts[i]);
    for (int i = 0; i < stand_in->num_nics; i++)
        put_back(&config->nics[i].script, stand_in->nic_scripts[i]);
    free(stand_in->disk_scripts);
    free(stand_in->nic_scripts);
}

/* ---- the record ---- */

static void copy_name(char **to, const char *from)
{
    put_back(to, from != NULL ? mem_strdup(from) : NULL);
}

struct named {
    const struct stand_in *stand_in;
    const libxl_domain_config *config;
};

/* libxl records the devices in the order in which it was given them. */
static void copy_names(libxl_domain_config *record, const void *arg)
{
    const struct named *all = arg;
    const libxl_domain_config *named = all->config;

    if (all->stand_in->lifts)
        record->b_info.target_memkb = named->b_info.target_memkb;

    copy_name(&record->b_info.kernel, named->b_info.kernel);
    copy_name(&record->b_info.bootloader, named->b_info.bootloader);
    libxl_string_list_dispose(&record->b_info.bootloader_args);
    record->b_info.bootloader_args =
        loader_copy_arguments(named->b_info.bootloader_args);
    for (int i = 0; i < record->num_disks && i < named->num_disks; i++)
        copy_name(&record->disks[i].script, named->disks[i].script);
    for (int i = 0; i < record->num_nics && i < named->num_nics; i++)
        copy_name(&record->nics[i].script, named->nics[i].script);
}

/* libxl tells an HVM guest this much less than its configuration has, where it
 * could have more (libxl_internal.h, libxl__get_targetmem_fudge), and adds it
 * again to make a configuration of what the guest was told. */
#define HVM_FUDGE_KIB 1024

/* As it was before it was saved, also the most that Xen gives it. */
static int set_target(struct host *host, uint32_t domid,
                      const libxl_domain_config *config, struct error *err)
{
    uint64_t kib = config->b_info.target_memkb;

    if (config->c_info.type == LIBXL_DOMAIN_TYPE_HVM && kib > HVM_FUDGE_KIB)
        kib -= HVM_FUDGE_KIB;
    host_log_forget(&host->log);
    int rc = libxl_set_memory_target(host->ctx, domid, (int64_t)kib, 0, 1);

    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "memory to %" PRIu64 " MiB",
                         kib >> 10);
    return 0;
}

int stand_in_record(const struct stand_in *stand_in, struct host *host,
                    uint32_t domid, const libxl_domain_config *config,
                    struct error *err)
{
    const struct named named = { .stand_in = stand_in, .config = config };

    if (stored_config_edit(host, domid, copy_names, &named, err) < 0)
        return -1;
    return stand_in->lifts ? set_target(host, domid, config, err) : 0;
}
