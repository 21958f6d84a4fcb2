/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The checks before anything is made: they find in milliseconds, with the
 * thing's name, what libxl would find after seconds with a number.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxl_utils.h>
#include <libxl_uuid.h>

#include "base/mem.h"
#include "base/paths.h"
#include "base/uuid.h"
#include "device/disk.h"
#include "device/nic.h"
#include "device/pci.h"
#include "device/usbdev.h"
#include "domain/kernel/kernel.h"
#include "domain/loader.h"
#include "domain/memory_need.h"
#include "domain/steps.h"
#include "domain/transfer/away_note.h"
#include "host/lookup.h"

int step_check_name(struct create *create, unsigned int i, struct error *err)
{
    const char *name = create->spec->config.c_info.name;
    uint32_t domid;

    int found = lookup_exact_name(name, &domid, err);
    if (found <= 0)
        return found;
    error_set(err, ERR_STATE, "the name %s is taken by domain %u", name, domid);
    error_hint(err, "another name: name=\"...\"; or: xn destroy %s", name);
    return -1;
}

int step_check_away(struct create *create, unsigned int i, struct error *err)
{
    const libxl_domain_create_info *info = &create->spec->config.c_info;
    char uuid[UUID_TEXT_SIZE];

    uuid_format_text(libxl_uuid_bytearray_const(&info->uuid), uuid);
    return away_note_check(info->name, uuid, err);
}

/* What will certainly not fit; the exact answer is libxenguest's. */
static int check_fits(const libxl_domain_build_info *build,
                      const struct kernel_image *image, struct error *err)
{
    uint64_t given = build->max_memkb, needed = image->least_bytes >> 10;

    if (build->type == LIBXL_DOMAIN_TYPE_HVM || given == 0 ||
        given == LIBXL_MEMKB_DEFAULT || needed <= given)
        return 0;
    error_set(err, ERR_CONFIG,
              "kernel %s needs %llu MiB when unpacked, of the %llu MiB given",
              build->kernel, (unsigned long long)(needed + 1023) >> 10,
              (unsigned long long)given >> 10);
    error_hint(err, "give more: memory = %llu",
               (unsigned long long)(needed * 2 + 1023) >> 10);
    return -1;
}

/* Where firmware = "pvgrub64" leads is not where Debian has it. */
static void hint_at_pv_grub(const char *kernel, struct error *err)
{
    const char *slash = strrchr(kernel, '/');

    if (slash != NULL && strncmp(slash, "/pvgrub", strlen("/pvgrub")) == 0 &&
        access(kernel, F_OK) < 0)
        error_hint(err,
                   "Debian's package grub-xen-host has it: kernel = \"%s\"",
                   PATHS_PV_GRUB);
}

static bool boots_as(const struct kernel_image *image, libxl_domain_type type)
{
    switch (type) {
    case LIBXL_DOMAIN_TYPE_PV:
        return image->boots_pv;
    case LIBXL_DOMAIN_TYPE_PVH:
        return image->boots_pvh;
    case LIBXL_DOMAIN_TYPE_HVM:
        return image->boots_qemu;
    default:
        return true;
    }
}

/* What libxenguest or QEMU would refuse, seconds later. */
static int check_type(const char *path, libxl_domain_type type,
                      const struct kernel_image *image, struct error *err)
{
    if (boots_as(image, type))
        return 0;
    if (type == LIBXL_DOMAIN_TYPE_HVM) {
        error_set(err, ERR_CONFIG,
                  "%s: not bootable as hvm: QEMU takes a bzImage", path);
        error_hint(err, "Linux' bzImage is what distributions call vmlinuz");
        return -1;
    }
    error_set(err, ERR_CONFIG,
              "%s: not bootable as %s: an ELF file without the note of Xen "
              "that says so",
              path, libxl_domain_type_to_string(type));
    error_hint(err,
               "'readelf -n %s' shows its notes; Linux has it when built "
               "with %s",
               path,
               type == LIBXL_DOMAIN_TYPE_PV ? "CONFIG_XEN_PV" : "CONFIG_PVH");
    return -1;
}

int step_check_kernel(struct create *create, unsigned int i, struct error *err)
{
    const libxl_domain_build_info *build = &create->spec->config.b_info;
    struct kernel_image image;

    if (kernel_probe(build->kernel, &image, err) < 0) {
        hint_at_pv_grub(build->kernel, err);
        return error_context(err, "kernel");
    }
    if (check_type(build->kernel, create->spec->config.c_info.type, &image,
                   err) < 0)
        return error_context(err, "kernel");
    return check_fits(build, &image, err);
}

int step_check_ramdisk(struct create *create, unsigned int i, struct error *err)
{
    const char *path = create->spec->config.b_info.ramdisk;
    struct stat status;

    if (stat(path, &status) < 0 || access(path, R_OK) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "ramdisk: %s", path);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERR_CONFIG, "ramdisk: %s: not a regular file",
                         path);
    return 0;
}

int step_check_loader(struct create *create, unsigned int i, struct error *err)
{
    cleanup_loader struct loader loader;

    return loader_find(&loader, &create->spec->config, err);
}

int step_check_device_model(struct create *create, unsigned int i,
                            struct error *err)
{
    const char *path = create->spec->config.b_info.device_model;

    if (access(path, X_OK) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "device model: %s",
                               path);
    return 0;
}

int step_check_disk(struct create *create, unsigned int i, struct error *err)
{
    const libxl_device_disk *disk = &create->spec->config.disks[i];
    cleanup_free char *label = disk_label(disk, i);

    return disk_check(disk, label, err);
}

int step_look_at_disks(struct create *create, unsigned int i, struct error *err)
{
    const libxl_domain_config *config = &create->spec->config;

    for (int disk = 0; disk < config->num_disks; disk++) {
        cleanup_free char *label =
            disk_label(&config->disks[disk], (unsigned int)disk);
        disk_warn_format(&config->disks[disk], label);
    }
    return 0;
}

int step_check_nic(struct create *create, unsigned int i, struct error *err)
{
    const char *bridge = create->defaults->vif_bridge;
    cleanup_free char *label = mem_printf("vif %u", i);

    return nic_check(&create->spec->config.nics[i], label,
                     bridge ? bridge : "xenbr0", err);
}

int step_check_pci(struct create *create, unsigned int i, struct error *err)
{
    const libxl_domain_config *config = &create->spec->config;

    return pci_check(&config->pcidevs[i], create->host->ctx,
                     config->c_info.name, err);
}

int step_check_usbdev(struct create *create, unsigned int i, struct error *err)
{
    return usbdev_check(&create->spec->config.usbdevs[i], err);
}

/* QEMU would end as the guest looks at its share. */
int step_check_p9(struct create *create, unsigned int i, struct error *err)
{
    const libxl_device_p9 *p9 = &create->spec->config.p9s[i];
    struct stat status;

    if (p9->backend_domname != NULL || p9->backend_domid != 0 ||
        p9->path == NULL)
        return 0;
    if (stat(p9->path, &status) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "p9 %s: %s",
                               p9->tag ? p9->tag : "", p9->path);
    if (!S_ISDIR(status.st_mode))
        return error_set(err, ERR_CONFIG, "p9 %s: %s: not a folder",
                         p9->tag ? p9->tag : "", p9->path);
    return 0;
}

int step_find_memory(struct create *create, unsigned int i, struct error *err)
{
    return memory_need_find(create->host, create->spec, create->defaults,
                            &create->claim, err);
}
