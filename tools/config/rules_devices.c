/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules between keys: devices and what they ask of the guest. */
#include "config/rules.h"

#include <string.h>

#include "base/mem.h"

/* Devices of a kind that are compared with each other. */
#define PAIRS_OF 256

static bool devices_without_passthrough(struct fill *fill)
{
    return fill->c_info->passthrough == LIBXL_PASSTHROUGH_DISABLED &&
           (fill->spec->config.num_pcidevs > 0 ||
            fill->spec->config.num_dtdevs > 0);
}

static bool card_without_devices(struct fill *fill)
{
    return fill->guest == GUEST_HVM &&
           fill_is_on(fill->b_info->u.hvm.gfx_passthru, false) &&
           fill->spec->config.num_pcidevs == 0;
}

static bool emulated_nic_of_pv(struct fill *fill)
{
    const libxl_domain_config *config = &fill->spec->config;

    for (int i = 0; fill->guest != GUEST_HVM && i < config->num_nics; i++)
        if (config->nics[i].nictype == LIBXL_NIC_TYPE_VIF_IOEMU)
            return true;
    return false;
}

static bool has_address(const libxl_device_nic *nic)
{
    static const libxl_mac none;

    return memcmp(nic->mac, none, sizeof(none)) != 0;
}

static bool same_address(struct fill *fill)
{
    const libxl_domain_config *config = &fill->spec->config;

    for (int i = 0; i < config->num_nics && i < PAIRS_OF; i++)
        for (int k = 0; k < i && has_address(&config->nics[i]); k++)
            if (memcmp(config->nics[i].mac, config->nics[k].mac,
                       sizeof(libxl_mac)) == 0)
                return true;
    return false;
}

/* A disk by one of its texts. */
struct named_disk {
    const char *name;
    bool readwrite;
};

static int compare_names(const void *left, const void *right)
{
    const struct named_disk *a = left;
    const struct named_disk *b = right;

    return strcmp(a->name, b->name);
}

/* The disks in the order of their vdevs or paths; the caller's. */
static struct named_disk *sort_disks(const libxl_domain_config *config,
                                     bool by_vdev, size_t *count)
{
    struct named_disk *sorted = mem_zalloc(PAIRS_OF, sizeof(*sorted));

    *count = 0;
    for (int i = 0; i < config->num_disks && i < PAIRS_OF; i++) {
        const libxl_device_disk *disk = &config->disks[i];
        const char *name = by_vdev ? disk->vdev : disk->pdev_path;

        if (name != NULL && *name != '\0')
            sorted[(*count)++] =
                (struct named_disk){ name, disk->readwrite != 0 };
    }
    qsort(sorted, *count, sizeof(*sorted), compare_names);
    return sorted;
}

static bool same_disk_name(struct fill *fill)
{
    size_t count;
    cleanup_free struct named_disk *disks =
        sort_disks(&fill->spec->config, true, &count);

    for (size_t i = 1; i < count; i++)
        if (strcmp(disks[i].name, disks[i - 1].name) == 0)
            return true;
    return false;
}

static bool same_image_written(struct fill *fill)
{
    size_t count;
    cleanup_free struct named_disk *disks =
        sort_disks(&fill->spec->config, false, &count);

    for (size_t i = 1; i < count; i++)
        if ((disks[i].readwrite || disks[i - 1].readwrite) &&
            strcmp(disks[i].name, disks[i - 1].name) == 0)
            return true;
    return false;
}

/* A PV guest's controller cannot be emulated. */
static bool emulated_usb_of_pv(struct fill *fill)
{
    const libxl_domain_config *config = &fill->spec->config;

    for (int i = 0; fill->guest != GUEST_HVM && i < config->num_usbctrls; i++)
        if (config->usbctrls[i].type == LIBXL_USBCTRL_TYPE_DEVICEMODEL)
            return true;
    return false;
}

const struct config_rule device_rules[] = {
    { "passthrough", devices_without_passthrough,
      "devices are passed through, but 'passthrough' is disabled",
      "remove the line" },
    { "gfx_passthru", card_without_devices,
      "'gfx_passthru' without a graphics card in 'pci'", NULL },
    { "vif", emulated_nic_of_pv, "'type=ioemu' is possible for HVM guests only",
      "remove it" },
    { "vif", same_address, "two interfaces have the same MAC address", NULL },
    { "disk", same_disk_name, "two disks have the same vdev", NULL },
    { "disk", same_image_written,
      "two disks are the same image, and one can be written",
      "two writers destroy what is on it" },
    { "usbctrl", emulated_usb_of_pv,
      "'type=devicemodel' is possible for HVM guests only",
      "write type=pv or type=qusb" },
    { NULL },
};
