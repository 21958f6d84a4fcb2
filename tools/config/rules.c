/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contradictions between keys, one rule a row. xl says nothing about them,
 * so they are warnings, also where libxl will refuse the guest when it is made;
 * what xl refuses is refused where it is read. Keys that only do nothing
 * because of others are in needs.c.
 */
#include <libxl_utils.h>
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"

/* Devices of a kind that are compared with each other. */
#define PAIRS_OF 256

static bool is_empty(const char *text)
{
    return text == NULL || *text == '\0';
}

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
           fill_is_on(b_info->u.hvm.spice.enable, false) &&
           b_info->u.hvm.spice.port == 0 && b_info->u.hvm.spice.tls_port == 0;
}

static bool spice_without_password(struct fill *fill)
{
    const libxl_spice_info *spice = &fill->b_info->u.hvm.spice;

    return fill->guest == GUEST_HVM && fill_is_on(spice->enable, false) &&
           !fill_is_on(spice->disable_ticketing, false) &&
           is_empty(spice->passwd);
}

static bool has_usb(struct fill *fill)
{
    return fill_is_on(fill->b_info->u.hvm.usb, false) ||
           fill_value(fill, "usbdevice");
}

/* libxl takes the redirection back where there is no SPICE. */
static bool usb_version_and_usb(struct fill *fill)
{
    return fill->guest == GUEST_HVM && fill->b_info->u.hvm.usbversion > 0 &&
           has_usb(fill);
}

static bool redirection_and_usb(struct fill *fill)
{
    return fill->guest == GUEST_HVM &&
           fill_is_on(fill->b_info->u.hvm.spice.enable, false) &&
           fill->b_info->u.hvm.spice.usbredirection > 0 && has_usb(fill);
}

static bool usb_off_with_devices(struct fill *fill)
{
    return fill->guest == GUEST_HVM &&
           !fill_is_on(fill->b_info->u.hvm.usb, true) &&
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

/* What libxl asks for, in KiB; libxl__domain_build_info_setdefault. */
static uint64_t least_video_memory(struct fill *fill)
{
    if (fill_is_traditional(fill))
        return fill->b_info->u.hvm.vga.kind == LIBXL_VGA_INTERFACE_TYPE_STD
                   ? 8 * 1024
                   : 0;
    switch (fill->b_info->u.hvm.vga.kind) {
    case LIBXL_VGA_INTERFACE_TYPE_NONE:
        return 0;
    case LIBXL_VGA_INTERFACE_TYPE_STD:
        return 16 * 1024;
    case LIBXL_VGA_INTERFACE_TYPE_QXL:
        return 128 * 1024;
    case LIBXL_VGA_INTERFACE_TYPE_CIRRUS:
    case LIBXL_VGA_INTERFACE_TYPE_UNKNOWN:
        break;
    }
    return 8 * 1024;
}

static bool little_video_memory(struct fill *fill)
{
    return fill->guest == GUEST_HVM &&
           fill->b_info->video_memkb != LIBXL_MEMKB_DEFAULT &&
           fill->b_info->video_memkb < least_video_memory(fill);
}

/* The challenge of VNC is as long as a DES key. */
static bool long_vnc_password(struct fill *fill)
{
    const char *text = fill_quiet_text(fill_value(fill, "vncpasswd"));

    return text != NULL && strlen(text) > 8;
}

static bool display_is_a_beginning(struct fill *fill)
{
    long unused;

    return fill->guest != GUEST_PVH && fill_value(fill, "vncunused") &&
           fill_quiet_number(fill_value(fill, "vncunused"), &unused) &&
           unused != 0;
}

static bool unknown_boot_device(struct fill *fill)
{
    const char *boot = fill->b_info->u.hvm.boot;

    return fill->guest == GUEST_HVM && boot != NULL &&
           boot[strspn(boot, "acdn")] != '\0';
}

/* libxl__qemu_soundhw of libxl_types_internal.idl. */
static bool unknown_sound_card(struct fill *fill)
{
    static const char *const cards[] = { "ac97", "adlib", "cs4231a", "es1370",
                                         "gus",  "hda",   "sb16" };
    const char *card = fill->b_info->u.hvm.soundhw;

    if (fill->guest != GUEST_HVM || card == NULL || fill_is_traditional(fill))
        return false;
    for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++)
        if (strcasecmp(cards[i], card) == 0)
            return false;
    return true;
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

/* A cap is in percent of one CPU, and a vCPU runs on one at a time. */
static bool cap_above_vcpus(struct fill *fill)
{
    int vcpus = fill->b_info->max_vcpus;

    return fill->b_info->sched_params.cap > 100 * (vcpus > 0 ? vcpus : 1);
}

static bool odd_weight(struct fill *fill)
{
    int weight = fill->b_info->sched_params.weight;

    return weight == 0 || weight > 65535;
}

static bool more_lists_than_vcpus(struct fill *fill, const char *key)
{
    const struct config_value *value = fill_value(fill, key);
    int vcpus = fill->b_info->max_vcpus;

    return vcpus > 0 && value->type == CONFIG_LIST &&
           value->u.list.count > (size_t)vcpus;
}

static bool more_hard_lists(struct fill *fill)
{
    return more_lists_than_vcpus(fill, "cpus");
}

static bool more_soft_lists(struct fill *fill)
{
    return more_lists_than_vcpus(fill, "cpus_soft");
}

static bool maps_differ(const libxl_bitmap *one, const libxl_bitmap *other)
{
    for (uint32_t i = 0; i < one->size && i < other->size; i++)
        if (one->map[i] & other->map[i])
            return false;
    return true;
}

/*
 * Is there a vCPU that prefers nothing of what it may run on? A list that is
 * empty is one of nodes, where the host is not known.
 */
static bool soft_outside_hard(struct fill *fill)
{
    const libxl_domain_build_info *b_info = fill->b_info;

    for (int i = 0; i < b_info->num_vcpu_hard_affinity &&
                    i < b_info->num_vcpu_soft_affinity;
         i++)
        if (!libxl_bitmap_is_empty(&b_info->vcpu_hard_affinity[i]) &&
            !libxl_bitmap_is_empty(&b_info->vcpu_soft_affinity[i]) &&
            maps_differ(&b_info->vcpu_hard_affinity[i],
                        &b_info->vcpu_soft_affinity[i]))
            return true;
    return false;
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

static bool stop_needs_stream(struct fill *fill)
{
    enum own_stop_action action = fill->spec->own.stop_action;

    return (action == OWN_STOP_SAVE || action == OWN_STOP_MIGRATE) &&
           (fill_is_on(fill->b_info->disable_migrate, false) ||
            fill->spec->config.num_pcidevs > 0 ||
            fill->b_info->num_vnuma_nodes > 0);
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
    { "spice", spice_without_password, "'spice' without a password",
      "set 'spicepasswd', or spicedisable_ticketing = 1" },
    { "usbversion", usb_version_and_usb,
      "'usbversion' excludes 'usb' and 'usbdevice'", "remove one of the two" },
    { "spiceusbredirection", redirection_and_usb,
      "'spiceusbredirection' excludes 'usb' and 'usbdevice'",
      "remove one of the two" },
    { "usb", usb_off_with_devices, "'usbdevice' turns 'usb' on again",
      "remove one of the two" },
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
    { "passthrough", devices_without_passthrough,
      "devices are passed through, but 'passthrough' is disabled",
      "remove the line" },
    { "gfx_passthru", card_without_devices,
      "'gfx_passthru' without a graphics card in 'pci'", NULL },
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
    { "videoram", little_video_memory, "'videoram' is too small for 'vga'",
      "cirrus needs 8 MiB, stdvga 16, qxl 128" },
    { "vncpasswd", long_vnc_password,
      "VNC reads only the first 8 characters of a password", NULL },
    { "vncdisplay", display_is_a_beginning,
      "'vncdisplay' is only where the search of 'vncunused' begins",
      "set: vncunused = 0" },
    { "boot", unknown_boot_device, "'boot' names a device that is none",
      "it is made of c (disk), d (CD) and n (network)" },
    { "soundhw", unknown_sound_card, "QEMU has no such sound card",
      "it is one of ac97, adlib, cs4231a, es1370, gus, hda, sb16" },
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
    { "cap", cap_above_vcpus, "'cap' is more than all vCPUs can use",
      "it is in percent of one CPU: at most 100 for each vCPU" },
    { "cpu_weight", odd_weight, "'cpu_weight' is not from 1 to 65535", NULL },
    { "cpus", more_hard_lists, "there are more lists in 'cpus' than vCPUs",
      "the last ones are ignored" },
    { "cpus_soft", more_soft_lists,
      "there are more lists in 'cpus_soft' than vCPUs",
      "the last ones are ignored" },
    { "cpus_soft", soft_outside_hard,
      "a vCPU prefers CPUs that 'cpus' does not let it run on",
      "name CPUs that are in 'cpus', too" },
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
    { "stop_action", stop_needs_stream,
      "a guest with 'nomigrate', 'pci' or 'vnuma' cannot be saved or "
      "migrated",
      "set: stop_action = \"shutdown\"" },
    { "stdvga", stdvga_beside_vga, "'stdvga' is ignored beside 'vga'", NULL },
    { "vcpus", many_vcpus,
      "this Xen gives HVM and PVH guests at most 128 vCPUs", NULL },
};

void fill_check_rules(struct fill *fill)
{
    /* What contradicts may be in a line that could not be read. */
    if (fill->broken)
        return;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        const struct config_value *value = fill_value(fill, rules[i].key);

        if (value != NULL && rules[i].broken(fill))
            fill_warn(fill, value, rules[i].hint, "%s", rules[i].message);
    }
}
