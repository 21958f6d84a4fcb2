/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an HVM guest's emulated hardware shows and hears, as far as a row of
 * the table cannot say it; and which device model makes it.
 */
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/write.h"

/* The file's words; libxl's own have underlines. */
const libxl_enum_string_table config_model_words[] = {
    { .s = "qemu-xen", .v = LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN },
    { .s = "qemu-xen-traditional",
      .v = LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL },
    { .s = NULL },
};

static void set_model_version(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const char *text;

    if (!fill_text(fill, "device_model_version", &text)) {
        if (b_info->device_model != NULL)
            fill_warn(fill, fill_value(fill, "device_model_override"),
                      "add: device_model_version = \"qemu-xen\"",
                      "'device_model_override' without "
                      "'device_model_version'");
    } else if (strcmp(text, "qemu-xen") == 0) {
        b_info->device_model_version = LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN;
    } else if (strcmp(text, "qemu-xen-traditional") == 0) {
        b_info->device_model_version =
            LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL;
        fill_warn(fill, fill_value(fill, "device_model_version"),
                  "write qemu-xen",
                  "qemu-xen-traditional is gone since Xen 4.21");
    } else {
        fill_error(fill, fill_value(fill, "device_model_version"),
                   "it is qemu-xen or qemu-xen-traditional",
                   "'%s' is not a device model", text);
    }
}

/* The file's words; libxl's own say "std". */
const libxl_enum_string_table config_vga_words[] = {
    { .s = "stdvga", .v = LIBXL_VGA_INTERFACE_TYPE_STD },
    { .s = "cirrus", .v = LIBXL_VGA_INTERFACE_TYPE_CIRRUS },
    { .s = "none", .v = LIBXL_VGA_INTERFACE_TYPE_NONE },
    { .s = "qxl", .v = LIBXL_VGA_INTERFACE_TYPE_QXL },
    { .s = NULL },
};

static void set_vga(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const char *text = NULL;
    long number;
    int kind;

    if (fill_text(fill, "vga", &text)) {
        if (fill_enum(fill, "vga", config_vga_words, &kind))
            b_info->u.hvm.vga.kind = kind;
    } else if (fill_number(fill, "stdvga", &number)) {
        b_info->u.hvm.vga.kind = number != 0 ? LIBXL_VGA_INTERFACE_TYPE_STD
                                             : LIBXL_VGA_INTERFACE_TYPE_CIRRUS;
    }
}

static void set_gfx_passthru(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const struct config_value *value = fill_value(fill, "gfx_passthru");
    long number;
    int kind;

    if (value == NULL)
        return;
    if (fill_quiet_number(value, &number)) {
        libxl_defbool_set(&b_info->u.hvm.gfx_passthru, number != 0);
    } else if (fill_enum(fill, "gfx_passthru",
                         libxl_gfx_passthru_kind_string_table, &kind)) {
        b_info->u.hvm.gfx_passthru_kind = kind;
        libxl_defbool_set(&b_info->u.hvm.gfx_passthru, true);
    }
}

/* A list goes to one field of libxl, a single value to another. */
static void set_list_or_text(struct fill *fill, const char *key,
                             libxl_string_list *list, char **text)
{
    const struct config_value *value = fill_value(fill, key);

    if (value == NULL)
        return;
    if (value->type == CONFIG_LIST)
        *list = fill_strings(fill, key, value);
    else
        fill_replace_text(text, value->u.atom.text);
}

static void check_vnc(struct fill *fill)
{
    const libxl_vnc_info *vnc = &fill->b_info->u.hvm.vnc;

    if (vnc->listen != NULL && vnc->display != 0 &&
        strchr(vnc->listen, ':') != NULL)
        fill_error(fill, fill_value(fill, "vncdisplay"),
                   "remove 'vncdisplay' or the part after the ':'",
                   "the VNC display is in both 'vnclisten' and 'vncdisplay'");
}

void fill_display(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;

    set_model_version(fill);
    if (fill->guest != GUEST_HVM)
        return;
    set_vga(fill);
    set_gfx_passthru(fill);
    set_list_or_text(fill, "serial", &b_info->u.hvm.serial_list,
                     &b_info->u.hvm.serial);
    set_list_or_text(fill, "usbdevice", &b_info->u.hvm.usbdevice_list,
                     &b_info->u.hvm.usbdevice);
    check_vnc(fill);
}

static void write_hvm(struct write *write)
{
    const libxl_domain_build_info *b_info = write->b_info;
    libxl_gfx_passthru_kind kind = b_info->u.hvm.gfx_passthru_kind;

    if (b_info->u.hvm.vga.kind != write->fresh->config.b_info.u.hvm.vga.kind)
        write_word(write, "vga", config_vga_words, b_info->u.hvm.vga.kind);
    if (kind != LIBXL_GFX_PASSTHRU_KIND_DEFAULT)
        write_word(write, "gfx_passthru", libxl_gfx_passthru_kind_string_table,
                   kind);
    else
        write_truth(write, "gfx_passthru", b_info->u.hvm.gfx_passthru);
    write_text(write, "serial", b_info->u.hvm.serial);
    write_strings(write, "serial", b_info->u.hvm.serial_list);
    write_text(write, "usbdevice", b_info->u.hvm.usbdevice);
    write_strings(write, "usbdevice", b_info->u.hvm.usbdevice_list);
}

void write_display(struct write *write)
{
    write_word(write, "device_model_version", config_model_words,
               write->b_info->device_model_version);
    if (write->guest == GUEST_HVM)
        write_hvm(write);
}
