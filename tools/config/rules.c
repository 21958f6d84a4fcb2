/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contradictions between keys, one rule a row. xl says nothing about them,
 * so they are warnings, also where libxl will refuse the guest when it is made;
 * what xl refuses is refused where it is read. Keys that only do nothing
 * because of others are in needs.c. Here are those of the guest as a whole.
 */
#include "config/rules.h"

#include <libxl_utils.h>
#include <string.h>

static bool memory_above_maximum(struct fill *fill)
{
    const libxl_domain_build_info *b_info = fill->b_info;

    return b_info->target_memkb != LIBXL_MEMKB_DEFAULT &&
           b_info->max_memkb < b_info->target_memkb;
}

/* More than this Xen can give: most likely it counts KiB or bytes. */
static bool huge_memory(struct fill *fill)
{
    const uint64_t most = (uint64_t)16 << 30; /* 16 TiB in KiB */

    return fill->b_info->target_memkb != LIBXL_MEMKB_DEFAULT &&
           fill->b_info->target_memkb > most;
}

/* xl takes a name of digits for the number of a domain. */
static bool name_of_digits(struct fill *fill)
{
    const char *name = fill->c_info->name;

    return name != NULL && *name != '\0' &&
           name[strspn(name, "0123456789")] == '\0';
}

/* Logs and sockets are files of that name. */
static bool name_with_slash(struct fill *fill)
{
    return fill->c_info->name != NULL && strchr(fill->c_info->name, '/');
}

/* The domain builder of this Xen knows version 1 and 2. */
static bool grants_of_no_version(struct fill *fill)
{
    return fill->b_info->max_grant_version > 2;
}

static bool starts_after_itself(struct fill *fill)
{
    const libxl_string_list names = fill->spec->own.start_after;

    for (size_t i = 0; names != NULL && names[i] != NULL; i++)
        if (fill->c_info->name != NULL &&
            strcmp(names[i], fill->c_info->name) == 0)
            return true;
    return false;
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

/* Memory that is filled when the guest touches it (populate on demand). */
static bool fills_later(struct fill *fill)
{
    const libxl_domain_build_info *b_info = fill->b_info;

    return fill->guest != GUEST_PV &&
           b_info->target_memkb != LIBXL_MEMKB_DEFAULT &&
           b_info->max_memkb != LIBXL_MEMKB_DEFAULT &&
           b_info->target_memkb < b_info->max_memkb;
}

static bool devices_and_later_memory(struct fill *fill)
{
    return fill->spec->config.num_pcidevs > 0 && fills_later(fill);
}

static bool nodes_and_later_memory(struct fill *fill)
{
    return fill->b_info->num_vnuma_nodes > 0 && fills_later(fill);
}

static bool has_altp2m(struct fill *fill)
{
    return fill->guest != GUEST_PV &&
           (fill->b_info->altp2m != LIBXL_ALTP2M_MODE_DISABLED ||
            (fill->guest == GUEST_HVM &&
             fill_is_on(fill->b_info->u.hvm.altp2m, false)));
}

static bool altp2m_and_later_memory(struct fill *fill)
{
    return has_altp2m(fill) && fills_later(fill);
}

static bool nested_and_altp2m(struct fill *fill)
{
    return fill_is_on(fill->b_info->nested_hvm, false) && has_altp2m(fill);
}

static bool nested_without_hap(struct fill *fill)
{
    return fill->guest != GUEST_PV &&
           fill_is_on(fill->b_info->nested_hvm, false) &&
           !fill_is_on(fill->c_info->hap, true);
}

static bool host_map_is_forced(struct fill *fill)
{
    long number;

    return fill->guest == GUEST_PV && fill->spec->config.num_pcidevs > 0 &&
           fill_quiet_number(fill_value(fill, "e820_host"), &number) &&
           number == 0;
}

static bool command_line_without_kernel(struct fill *fill)
{
    return fill->guest == GUEST_HVM && fill->b_info->kernel == NULL &&
           fill->b_info->cmdline != NULL;
}

/* Each of the two device models has its own. */
static bool bios_of_other_model(struct fill *fill)
{
    libxl_bios_type bios = fill->b_info->u.hvm.bios;

    return fill->guest == GUEST_HVM && bios != LIBXL_BIOS_TYPE_UNKNOWN &&
           fill_is_traditional(fill) != (bios == LIBXL_BIOS_TYPE_ROMBIOS) &&
           !fill_is_on(fill->b_info->device_model_stubdomain, false);
}

static bool restriction_of_other_model(struct fill *fill)
{
    return fill->guest == GUEST_HVM && fill_is_traditional(fill) &&
           fill_is_on(fill->b_info->dm_restrict, false);
}

static bool unknown_boot_device(struct fill *fill)
{
    const char *boot = fill->b_info->u.hvm.boot;

    return fill->guest == GUEST_HVM && boot != NULL &&
           boot[strspn(boot, "acdn")] != '\0';
}

static bool removed_tsc_mode(struct fill *fill)
{
    return fill->b_info->tsc_mode == LIBXL_TSC_MODE_NATIVE_PARAVIRT;
}

static bool traces_of_pv(struct fill *fill)
{
    return fill->guest == GUEST_PV && fill->b_info->vmtrace_buf_kb > 0;
}

static bool odd_trace_size(struct fill *fill)
{
    int size = fill->b_info->vmtrace_buf_kb;

    return size != 0 && (size < 4 || size > 64 * 1024 || (size & (size - 1)));
}

static bool has_viridian(const libxl_bitmap *map, int bit)
{
    return map->size > 0 && libxl_bitmap_test(map, bit);
}

static bool viridian_both_ways(struct fill *fill)
{
    const libxl_domain_build_info *b_info = fill->b_info;

    for (int bit = 0; fill->guest == GUEST_HVM &&
                      bit < LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH;
         bit++)
        if (has_viridian(&b_info->u.hvm.viridian_enable, bit) &&
            has_viridian(&b_info->u.hvm.viridian_disable, bit))
            return true;
    return false;
}

/* Is a group on that stands on the group `base`, which is off? */
static bool viridian_without_base(struct fill *fill)
{
    const libxl_domain_build_info *b_info = fill->b_info;
    const int base = LIBXL_VIRIDIAN_ENLIGHTENMENT_BASE;

    if (fill->guest != GUEST_HVM || b_info->u.hvm.viridian_enable.size == 0)
        return false;
    if (has_viridian(&b_info->u.hvm.viridian_disable, base))
        return fill_is_on(b_info->u.hvm.viridian, false) ||
               !libxl_bitmap_is_empty(&b_info->u.hvm.viridian_enable);
    return !fill_is_on(b_info->u.hvm.viridian, false) &&
           !libxl_bitmap_is_empty(&b_info->u.hvm.viridian_enable) &&
           !has_viridian(&b_info->u.hvm.viridian_enable, base);
}

static bool stop_needs_stream(struct fill *fill)
{
    enum own_stop_action action = fill->spec->own.stop_action;

    return (action == OWN_STOP_SAVE || action == OWN_STOP_MIGRATE) &&
           (fill_is_on(fill->b_info->disable_migrate, false) ||
            fill->spec->config.num_pcidevs > 0 ||
            fill->b_info->num_vnuma_nodes > 0);
}

static const struct config_rule guest_rules[] = {
    { "maxmem", memory_above_maximum, "'maxmem' is below 'memory'",
      "raise 'maxmem' or lower 'memory'" },
    { "memory", small_memory, "less than 4 MiB of memory",
      "'memory' counts MiB" },
    { "memory", huge_memory, "more than 16 TiB of memory",
      "'memory' counts MiB" },
    { "name", name_of_digits, "a name of digits is taken for a domain's number",
      "begin it with a letter" },
    { "name", name_with_slash, "a name with a '/' in it is no name of a file",
      "its log and QEMU's sockets are files of that name" },
    { "max_grant_version", grants_of_no_version,
      "'max_grant_version' is above 2, and Xen refuses it", "it is 1 or 2" },
    { "start_after", starts_after_itself,
      "'start_after' names the guest itself", "remove its name" },
    { "kernel", kernel_with_loader,
      "'kernel' is replaced by what 'bootloader' finds",
      "remove one of the two" },
    { "ramdisk", ramdisk_without_kernel, "'ramdisk' without 'kernel'", NULL },
    { "maxmem", devices_and_later_memory,
      "a guest with 'pci' needs all of 'maxmem' from the start",
      "set 'maxmem' and 'memory' to the same" },
    { "maxmem", nodes_and_later_memory,
      "a guest with 'vnuma' needs all of 'maxmem' from the start",
      "set 'maxmem' and 'memory' to the same" },
    { "maxmem", altp2m_and_later_memory,
      "a guest with 'altp2m' needs all of 'maxmem' from the start",
      "set 'maxmem' and 'memory' to the same" },
    { "nestedhvm", nested_and_altp2m, "'nestedhvm' excludes 'altp2m'",
      "remove one of the two" },
    { "nestedhvm", nested_without_hap, "'nestedhvm' needs 'hap'",
      "remove: hap = 0" },
    { "e820_host", host_map_is_forced, "'pci' turns 'e820_host' on again",
      "remove the line" },
    { "cmdline", command_line_without_kernel, "'cmdline' without 'kernel'",
      "an HVM guest that boots from a disk has its command line there" },
    { "extra", command_line_without_kernel, "'extra' without 'kernel'",
      "an HVM guest that boots from a disk has its command line there" },
    { "root", command_line_without_kernel, "'root' without 'kernel'",
      "an HVM guest that boots from a disk has its command line there" },
    { "bios", bios_of_other_model,
      "rombios and qemu-xen-traditional go only together",
      "remove both lines" },
    { "dm_restrict", restriction_of_other_model,
      "'dm_restrict' is not possible with qemu-xen-traditional", NULL },
    { "boot", unknown_boot_device, "'boot' names a device that is none",
      "it is made of c (disk), d (CD) and n (network)" },
    { "tsc_mode", removed_tsc_mode, "Xen has no native_paravirt any more",
      "write: tsc_mode = \"default\"" },
    { "vmtrace_buf_kb", traces_of_pv, "Xen traces HVM and PVH guests only",
      "remove the line" },
    { "vmtrace_buf_kb", odd_trace_size,
      "'vmtrace_buf_kb' is not a power of two from 4 to 65536", NULL },
    { "viridian", viridian_both_ways, "a Viridian group is both on and off",
      "write '!GROUP' after 'all', or leave it out" },
    { "viridian", viridian_without_base,
      "Viridian groups without 'base', which all others need",
      "add \"base\" to the list" },
    { "stop_action", stop_needs_stream,
      "a guest with 'nomigrate', 'pci' or 'vnuma' cannot be saved or "
      "migrated",
      "set: stop_action = \"shutdown\"" },
    { NULL },
};

static const struct config_rule *const tables[] = {
    guest_rules,
    cpu_rules,
    device_rules,
    display_rules,
};

void fill_check_rules(struct fill *fill)
{
    /* What contradicts may be in a line that could not be read. */
    if (fill->broken)
        return;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        for (const struct config_rule *rule = tables[i]; rule->key; rule++) {
            const struct config_value *value = fill_value(fill, rule->key);

            if (value != NULL && rule->broken(fill))
                fill_warn(fill, value, rule->hint, "%s", rule->message);
        }
    fill_check_pairs(fill);
}
