/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules between keys: devices and what they ask of the guest. */
#include "config/rules.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Disks of a list: one of a hundred thousand is not to take as long again. */
#define LOOKED_AT 256

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

/* A PV guest's controller cannot be emulated. */
static bool emulated_usb_of_pv(struct fill *fill)
{
    const libxl_domain_config *config = &fill->spec->config;

    for (int i = 0; fill->guest != GUEST_HVM && i < config->num_usbctrls; i++)
        if (config->usbctrls[i].type == LIBXL_USBCTRL_TYPE_DEVICEMODEL)
            return true;
    return false;
}

static bool devices_of_pvh(struct fill *fill)
{
    return fill->guest == GUEST_PVH && fill->spec->config.num_pcidevs > 0;
}

/* libxl's disk_try_backend: the kernel's backend serves devices as they are. */
static bool format_of_phy(struct fill *fill)
{
    const libxl_domain_config *config = &fill->spec->config;

    for (int i = 0; i < config->num_disks && i < LOOKED_AT; i++)
        if (config->disks[i].backend == LIBXL_DISK_BACKEND_PHY &&
            config->disks[i].format != LIBXL_DISK_FORMAT_RAW &&
            config->disks[i].format != LIBXL_DISK_FORMAT_EMPTY)
            return true;
    return false;
}

/* Letters up to the last one, then nothing or a partition. */
static bool is_lettered(const char *rest, char last, long partitions)
{
    size_t letters = strspn(rest, "abcdefghijklmnopqrstuvwxyz");
    char *end;
    long partition = strtol(rest + letters, &end, 10);

    if (letters == 0 || (last < 'z' && (letters > 1 || *rest > last)))
        return false;
    return rest[letters] == '\0' ||
           (*end == '\0' && partition > 0 && partition <= partitions);
}

/* As libxl__device_disk_dev_number has them: docs/misc/vbd-interface of Xen. */
static bool is_disk_name(const char *name)
{
    int length = 0;
    char *end;

    if (*name >= '0' && *name <= '9')
        return strtoul(name, &end, 0) <= INT_MAX && *end == '\0';
    if (strncmp(name, "xvd", 3) == 0)
        return is_lettered(name + 3, 'z', 255);
    if (strncmp(name, "hd", 2) == 0)
        return is_lettered(name + 2, 'd', 63);
    if (strncmp(name, "sd", 2) == 0)
        return is_lettered(name + 2, 'p', 15);
    return sscanf(name, "d%*ip%*i%n", &length) == 0 && length > 0 &&
           name[length] == '\0';
}

static bool unknown_disk_name(struct fill *fill)
{
    const libxl_domain_config *config = &fill->spec->config;

    for (int i = 0; i < config->num_disks && i < LOOKED_AT; i++)
        if (config->disks[i].vdev != NULL &&
            !is_disk_name(config->disks[i].vdev))
            return true;
    return false;
}

static bool group_address(struct fill *fill)
{
    const libxl_domain_config *config = &fill->spec->config;

    for (int i = 0; i < config->num_nics; i++)
        if (config->nics[i].mac[0] & 1)
            return true;
    return false;
}

/* libxl's libxl__device_usbctrl_setdefault and its usbctrl checks. */
static bool usb_of_no_version(struct fill *fill)
{
    const libxl_domain_config *config = &fill->spec->config;

    for (int i = 0; i < config->num_usbctrls; i++) {
        const libxl_device_usbctrl *usbctrl = &config->usbctrls[i];
        bool emulated = usbctrl->type == LIBXL_USBCTRL_TYPE_DEVICEMODEL;
        bool paravirtual = usbctrl->type == LIBXL_USBCTRL_TYPE_PV ||
                           usbctrl->type == LIBXL_USBCTRL_TYPE_QUSB;

        if (usbctrl->version < 0 || usbctrl->version > 3 ||
            (paravirtual && usbctrl->version > 2) ||
            (emulated && usbctrl->version == 1 && usbctrl->ports > 0 &&
             usbctrl->ports != 2) ||
            (emulated && usbctrl->version == 2 && usbctrl->ports > 0 &&
             usbctrl->ports != 6) ||
            (emulated && usbctrl->version == 3 && usbctrl->ports > 15))
            return true;
    }
    return false;
}

static bool usb_port_of_no_controller(struct fill *fill)
{
    const libxl_domain_config *config = &fill->spec->config;

    for (int i = 0; i < config->num_usbdevs; i++)
        if (config->usbdevs[i].port > 0 && config->usbdevs[i].ctrl < 0)
            return true;
    return false;
}

static bool odd_security_model(struct fill *fill)
{
    static const char *const models[] = { "none", "passthrough", "mapped",
                                          "mapped-xattr", "mapped-file" };
    const libxl_domain_config *config = &fill->spec->config;

    for (int i = 0; i < config->num_p9s; i++) {
        const char *model = config->p9s[i].security_model;
        bool known = model == NULL;

        for (size_t k = 0; k < sizeof(models) / sizeof(models[0]); k++)
            known |= model != NULL && strcmp(model, models[k]) == 0;
        if (!known)
            return true;
    }
    return false;
}

const struct config_rule device_rules[] = {
    { "pci", devices_of_pvh, "libxl passes no PCI device to a PVH guest",
      "it is possible for HVM and PV guests" },
    { "disk", unknown_disk_name, "a disk with a vdev that libxl refuses",
      "they are xvda and so on, hda to hdd, sda to sdp, or d0p1" },
    { "disk", format_of_phy,
      "'backendtype=phy' serves raw disks only, and libxl refuses it",
      "leave out backendtype, or write format=raw" },
    { "vif", group_address, "a MAC address of a group, which no card has",
      "its first byte is to be even: 00:16:3e:..." },
    { "usbctrl", usb_of_no_version,
      "a USB controller with a version or ports that it cannot have",
      "pv and qusb are version 1 or 2; emulated ones have 2 ports (version 1), "
      "6 (2) or at most 15 (3)" },
    { "usbdev", usb_port_of_no_controller,
      "a USB device with a port, but no controller", "add controller=0" },
    { "p9", odd_security_model, "a security model that QEMU does not know",
      "write security_model=none" },
    { "passthrough", devices_without_passthrough,
      "devices are passed through, but 'passthrough' is disabled",
      "remove the line" },
    { "gfx_passthru", card_without_devices,
      "'gfx_passthru' without a graphics card in 'pci'", NULL },
    { "vif", emulated_nic_of_pv, "'type=ioemu' is possible for HVM guests only",
      "remove it" },
    { "usbctrl", emulated_usb_of_pv,
      "'type=devicemodel' is possible for HVM guests only",
      "write type=pv or type=qusb" },
    { NULL },
};
