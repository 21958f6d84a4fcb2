/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/stand_in.h"

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

/* libxl records the devices in the order in which it was given them. */
static void copy_names(libxl_domain_config *record, const void *arg)
{
    const libxl_domain_config *named = arg;

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

int stand_in_record(struct host *host, uint32_t domid,
                    const libxl_domain_config *config, struct error *err)
{
    return stored_config_edit(host, domid, copy_names, config, err);
}
