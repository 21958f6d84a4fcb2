/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys that do nothing because of another key: one reason a row. xl says
 * nothing about them, and what they set stays set, so they are warnings. The
 * types of guest for which a key has an effect at all are in the table of
 * keys; what libxl does with each is in its libxl_dm.c and libxl_create.c.
 */
#include <string.h>

#include "config/fill.h"

static bool has_framebuffer(struct fill *fill)
{
    return fill_value(fill, "vfb") != NULL && fill->spec->config.num_vfbs > 0;
}

/* The keys of a screen make a PV guest's framebuffer only with vnc = 1. */
static bool has_no_screen(struct fill *fill)
{
    return fill->spec->config.num_vfbs == 0;
}

static bool is_vnc_off(struct fill *fill)
{
    return !fill_is_on(fill->b_info->u.hvm.vnc.enable, true);
}

static bool is_sdl_off(struct fill *fill)
{
    return !fill_is_on(fill->b_info->u.hvm.sdl.enable, false);
}

static bool is_display_on(struct fill *fill)
{
    return !is_vnc_off(fill) || !is_sdl_off(fill);
}

static bool is_spice_off(struct fill *fill)
{
    return !fill_is_on(fill->b_info->u.hvm.spice.enable, false);
}

static bool is_ticketing_off(struct fill *fill)
{
    return !is_spice_off(fill) &&
           fill_is_on(fill->b_info->u.hvm.spice.disable_ticketing, false);
}

static bool is_agent_off(struct fill *fill)
{
    return !is_spice_off(fill) &&
           !fill_is_on(fill->b_info->u.hvm.spice.vdagent, false);
}

static bool is_shim_off(struct fill *fill)
{
    return !fill_is_on(fill->b_info->u.pvh.pvshim, false);
}

static bool is_stubdomain_off(struct fill *fill)
{
    return !fill_is_on(fill->b_info->device_model_stubdomain, false);
}

static bool has_no_pci(struct fill *fill)
{
    return fill->spec->config.num_pcidevs == 0;
}

static bool reserves_nothing(struct fill *fill)
{
    return has_no_pci(fill) &&
           fill->b_info->u.hvm.rdm.strategy != LIBXL_RDM_RESERVE_STRATEGY_HOST;
}

static bool has_no_loader(struct fill *fill)
{
    return fill->b_info->bootloader == NULL;
}

static bool has_kernel(struct fill *fill)
{
    return fill->b_info->kernel != NULL;
}

static bool is_acpi_off(struct fill *fill)
{
    return !fill_is_on(fill->b_info->acpi, true);
}

static bool is_pae_off(struct fill *fill)
{
    return !fill_is_on(fill->b_info->u.hvm.pae, true);
}

static bool is_hap_on(struct fill *fill)
{
    return fill_is_on(fill->c_info->hap, false);
}

static bool has_no_vga(struct fill *fill)
{
    return fill->b_info->u.hvm.vga.kind == LIBXL_VGA_INTERFACE_TYPE_NONE;
}

static bool has_altp2m(struct fill *fill)
{
    return fill->b_info->altp2m != LIBXL_ALTP2M_MODE_DISABLED;
}

/* `firmware` is read last, and names a BIOS or a file. */
static bool is_bios_replaced(struct fill *fill)
{
    const char *text = fill_quiet_text(fill_value(fill, "bios"));
    int bios;

    return fill_value(fill, "firmware") != NULL && text != NULL &&
           fill_find_word(libxl_bios_type_string_table, text, &bios) &&
           fill->b_info->u.hvm.bios != (libxl_bios_type)bios;
}

static bool is_loader_replaced(struct fill *fill)
{
    const char *firmware = fill->b_info->u.hvm.firmware;
    const char *text = fill_quiet_text(fill_value(fill, "firmware_override"));

    return text != NULL && firmware != NULL && strcmp(firmware, text) != 0;
}

static bool restarts(libxl_action_on_shutdown action)
{
    return action == LIBXL_ACTION_ON_SHUTDOWN_RESTART ||
           action == LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME ||
           action == LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART;
}

static bool never_restarts(struct fill *fill)
{
    const libxl_domain_config *config = &fill->spec->config;

    return !restarts(config->on_poweroff) && !restarts(config->on_reboot) &&
           !restarts(config->on_watchdog) && !restarts(config->on_crash);
}

static bool always(struct fill *fill)
{
    return true;
}

/* clang-format off */
static const struct need {
    const char *keys[12]; /* each of them does nothing */
    unsigned int guests;  /* for which that is so */
    bool (*is_in_vain)(struct fill *fill);
    const char *why; /* "'KEY' has no effect WHY" */
    const char *hint;
} needs[] = {
    { { "vnc", "vnclisten", "vncdisplay", "vncunused", "vncpasswd", "sdl",
        "opengl", "display", "xauthority", "keymap" },
      GUEST_PV, has_framebuffer, "beside 'vfb'",
      "write it in the string of 'vfb'" },
    { { "vnclisten", "vncdisplay", "vncunused", "vncpasswd", "sdl", "opengl",
        "display", "xauthority", "keymap" },
      GUEST_PV, has_no_screen, "without 'vnc = 1'", "add: vnc = 1" },
    { { "vnclisten", "vncdisplay", "vncunused", "vncpasswd" },
      GUEST_HVM, is_vnc_off, "with 'vnc = 0'", NULL },
    { { "opengl", "display", "xauthority" },
      GUEST_HVM, is_sdl_off, "without 'sdl = 1'", "add: sdl = 1" },
    { { "nographic" },
      GUEST_HVM, is_display_on, "while VNC or SDL is on",
      "VNC is on unless the file says: vnc = 0" },
    { { "spicehost", "spiceport", "spicetls_port", "spicedisable_ticketing",
        "spicepasswd", "spiceagent_mouse", "spicevdagent",
        "spice_clipboard_sharing", "spiceusbredirection",
        "spice_image_compression", "spice_streaming_video" },
      GUEST_HVM, is_spice_off, "without 'spice = 1'", "add: spice = 1" },
    { { "spicepasswd" },
      GUEST_HVM, is_ticketing_off, "with 'spicedisable_ticketing = 1'", NULL },
    { { "spice_clipboard_sharing" },
      GUEST_HVM, is_agent_off, "without 'spicevdagent = 1'",
      "add: spicevdagent = 1" },
    { { "videoram" },
      GUEST_HVM, has_no_vga, "with 'vga = \"none\"'", NULL },
    { { "pvshim_path", "pvshim_cmdline", "pvshim_extra" },
      GUEST_PVH, is_shim_off, "without 'pvshim = 1'", "add: pvshim = 1" },
    { { "device_model_stubdomain_seclabel", "stubdomain_kernel",
        "stubdomain_ramdisk", "stubdomain_cmdline", "stubdomain_memory" },
      GUEST_HVM, is_stubdomain_off,
      "without 'device_model_stubdomain_override = 1'",
      "add: device_model_stubdomain_override = 1" },
    { { "hdtype", "mmio_hole" },
      GUEST_HVM, fill_is_traditional, "with qemu-xen-traditional", NULL },
    { { "pci_msitranslate", "pci_power_mgmt", "pci_permissive", "pci_seize" },
      GUEST_ANY, has_no_pci, "without 'pci'", NULL },
    { { "rdm_mem_boundary" },
      GUEST_HVM, reserves_nothing, "without 'rdm' and 'pci'", NULL },
    { { "bootloader_args" },
      GUEST_PV | GUEST_PVH, has_no_loader, "without 'bootloader'", NULL },
    { { "boot" },
      GUEST_HVM, has_kernel, "beside 'kernel', which is booted first",
      "remove one of the two" },
    { { "bios" },
      GUEST_HVM, is_bios_replaced, "beside 'firmware'",
      "remove one of the two" },
    { { "firmware_override" },
      GUEST_HVM, is_loader_replaced, "beside 'firmware'",
      "remove one of the two" },
    { { "acpi_s3", "acpi_s4", "acpi_laptop_slate", "acpi_firmware" },
      GUEST_HVM, is_acpi_off, "with 'acpi = 0'", NULL },
    { { "nx" },
      GUEST_HVM, is_pae_off, "with 'pae = 0'", NULL },
    { { "oos" },
      GUEST_PVH | GUEST_HVM, is_hap_on, "with 'hap = 1'",
      "it is about shadow page tables" },
    { { "altp2mhvm" },
      GUEST_HVM, has_altp2m, "beside 'altp2m'", NULL },
    { { "slice", "latency" },
      GUEST_ANY, always, "any more: no scheduler of this Xen reads it",
      "remove the line" },
    { { "restart_limit" },
      GUEST_ANY, never_restarts, "where no 'on_...' restarts the guest",
      NULL },
};
/* clang-format on */

static void check_need(struct fill *fill, const struct need *need)
{
    for (const char *const *key = need->keys; *key != NULL; key++) {
        const struct config_value *value = fill_value(fill, *key);

        if (value != NULL && need->is_in_vain(fill))
            fill_warn(fill, value, need->hint, "'%s' has no effect %s", *key,
                      need->why);
    }
}

void fill_check_needs(struct fill *fill)
{
    /* What a key needs may be in a line that could not be read. */
    if (fill->broken)
        return;
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
        if (needs[i].guests & fill->guest)
            check_need(fill, &needs[i]);
}
