/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules between keys: graphics, sound, and the USB of the device model. */
#include "config/rules.h"

#include <string.h>

static bool is_empty(const char *text)
{
    return text == NULL || *text == '\0';
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

const struct config_rule display_rules[] = {
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
    { "videoram", little_video_memory, "'videoram' is too small for 'vga'",
      "cirrus needs 8 MiB, stdvga 16, qxl 128" },
    { "vncpasswd", long_vnc_password,
      "VNC reads only the first 8 characters of a password", NULL },
    { "vncdisplay", display_is_a_beginning,
      "'vncdisplay' is only where the search of 'vncunused' begins",
      "set: vncunused = 0" },
    { "soundhw", unknown_sound_card, "QEMU has no such sound card",
      "it is one of ac97, adlib, cs4231a, es1370, gus, hda, sb16" },
    { "stdvga", stdvga_beside_vga, "'stdvga' is ignored beside 'vga'", NULL },
    { NULL },
};
