/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contradictions between keys, one rule a row. xl says nothing about them,
 * so they are warnings; what xl refuses is refused where it is read.
 */
#include <string.h>

#include "config/fill.h"

static bool memory_above_maximum(struct fill *fill)
{
    const libxl_domain_build_info *b_info = fill->b_info;

    return b_info->target_memkb != LIBXL_MEMKB_DEFAULT &&
           b_info->max_memkb < b_info->target_memkb;
}

static bool small_memory(struct fill *fill)
{
    return fill->b_info->target_memkb < 4 * 1024;
}

static bool kernel_with_loader(struct fill *fill)
{
    return fill->guest != GUEST_HVM && fill->b_info->bootloader != NULL;
}

static bool ramdisk_without_kernel(struct fill *fill)
{
    return fill->b_info->kernel == NULL && fill->b_info->bootloader == NULL;
}

static bool spice_without_port(struct fill *fill)
{
    const libxl_domain_build_info *b_info = fill->b_info;

    return fill->guest == GUEST_HVM &&
           libxl_defbool_is_default(b_info->u.hvm.spice.enable) == false &&
           libxl_defbool_val(b_info->u.hvm.spice.enable) &&
           b_info->u.hvm.spice.port == 0 && b_info->u.hvm.spice.tls_port == 0;
}

static bool usb_version_and_devices(struct fill *fill)
{
    return fill->guest == GUEST_HVM && fill_value(fill, "usbversion") &&
           fill_value(fill, "usbdevice");
}

static bool stdvga_beside_vga(struct fill *fill)
{
    return fill_value(fill, "vga") != NULL;
}

static bool many_vcpus(struct fill *fill)
{
    return fill->guest != GUEST_PV && fill->b_info->max_vcpus > 128;
}

static const struct rule {
    const char *key; /* only if it is set; the place of the warning */
    bool (*broken)(struct fill *fill);
    const char *message;
    const char *hint;
} rules[] = {
    { "maxmem", memory_above_maximum, "'maxmem' is below 'memory'",
      "raise 'maxmem' or lower 'memory'" },
    { "memory", small_memory, "less than 4 MiB of memory",
      "'memory' counts MiB" },
    { "kernel", kernel_with_loader,
      "'kernel' is replaced by what 'bootloader' finds",
      "remove one of the two" },
    { "ramdisk", ramdisk_without_kernel, "'ramdisk' without 'kernel'", NULL },
    { "spice", spice_without_port, "'spice' without a port",
      "set 'spiceport' or 'spicetls_port'" },
    { "usbversion", usb_version_and_devices,
      "'usbversion' excludes 'usbdevice'", "remove one of the two" },
    { "stdvga", stdvga_beside_vga, "'stdvga' is ignored beside 'vga'", NULL },
    { "vcpus", many_vcpus,
      "this Xen gives HVM and PVH guests at most 128 vCPUs", NULL },
};

void fill_check_rules(struct fill *fill)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        const struct config_value *value = fill_value(fill, rules[i].key);

        if (value != NULL && rules[i].broken(fill))
            fill_warn(fill, value, rules[i].hint, "%s", rules[i].message);
    }
}
