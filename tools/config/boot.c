/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest starts from: kernel and its command line, firmware, loader. */
#include <libgen.h>
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/write.h"

#define DEFAULT_FIRMWARE_DIR "/usr/lib/xen-4.17/boot"

static void set_cmdline(struct fill *fill)
{
    const char *cmdline = NULL;
    const char *root = NULL;
    const char *extra = NULL;
    char **field = &fill->b_info->cmdline;

    fill_text(fill, "cmdline", &cmdline);
    fill_text(fill, "root", &root);
    fill_text(fill, "extra", &extra);
    if (cmdline != NULL && (root != NULL || extra != NULL))
        fill_warn(fill, fill_value(fill, root != NULL ? "root" : "extra"), NULL,
                  "'root' and 'extra' are ignored: 'cmdline' replaces them");
    if (cmdline != NULL)
        *field = mem_strdup(cmdline);
    else if (root != NULL && extra != NULL)
        *field = mem_printf("root=%s %s", root, extra);
    else if (root != NULL)
        *field = mem_printf("root=%s", root);
    else if (extra != NULL)
        *field = mem_strdup(extra);
}

/* The deprecated form: words in one string. */
static libxl_string_list split_words(const char *text)
{
    cleanup_free char *copy = mem_strdup(text);
    libxl_string_list words = mem_zalloc(strlen(text) / 2 + 2, sizeof(char *));
    char *rest = NULL;
    size_t count = 0;

    for (char *word = strtok_r(copy, " \t\n", &rest); word != NULL;
         word = strtok_r(NULL, " \t\n", &rest))
        words[count++] = mem_strdup(word);
    return words;
}

static void set_bootloader_args(struct fill *fill)
{
    const struct config_value *value = fill_value(fill, "bootloader_args");

    if (value == NULL)
        return;
    if (value->type == CONFIG_LIST) {
        fill->b_info->bootloader_args =
            fill_strings(fill, "bootloader_args", value);
        return;
    }
    fill_warn(fill, value, "write a list: [ \"...\", \"...\" ]",
              "'bootloader_args' as a string is deprecated");
    fill->b_info->bootloader_args = split_words(value->u.atom.text);
}

/* Old files named hvmloader as the kernel of an HVM guest. */
static void drop_hvmloader(struct fill *fill)
{
    char **kernel = &fill->b_info->kernel;
    const char *name = *kernel != NULL ? strrchr(*kernel, '/') : NULL;

    if (*kernel == NULL)
        return;
    name = name != NULL ? name + 1 : *kernel;
    if (strcmp(name, "hvmloader") != 0)
        return;
    fill_warn(fill, fill_value(fill, "kernel"),
              "remove the line; 'firmware_override' names another loader",
              "hvmloader as 'kernel' is ignored");
    free(*kernel);
    *kernel = NULL;
}

static void set_hvm_firmware(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const char *text;
    int bios;

    if (fill_enum(fill, "bios", libxl_bios_type_string_table, &bios))
        b_info->u.hvm.bios = bios;
    else if (b_info->u.hvm.system_firmware != NULL &&
             fill_value(fill, "bios") == NULL)
        fill_warn(fill, fill_value(fill, "bios_path_override"),
                  "add a line like: bios = \"seabios\"",
                  "'bios_path_override' without 'bios'");
    if (!fill_text(fill, "firmware", &text))
        return;
    if (fill_find_word(libxl_bios_type_string_table, text, &bios))
        b_info->u.hvm.bios = bios;
    else if (strncmp(text, "uefi", strlen(text)) == 0)
        b_info->u.hvm.bios = LIBXL_BIOS_TYPE_OVMF;
    else if (strncmp(text, "bios", strlen(text)) != 0)
        fill_replace_text(&b_info->u.hvm.firmware, text);
}

static void check_kernel(struct fill *fill)
{
    if (fill->b_info->kernel == NULL && fill->b_info->bootloader == NULL)
        fill_error_file(fill,
                        "set 'kernel' (and 'ramdisk'), or 'bootloader' to "
                        "start what is on the guest's disk",
                        "nothing to boot: neither 'kernel' nor 'bootloader'");
}

static void set_pv_firmware(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const struct config_value *value = fill_value(fill, "firmware");
    const char *folder = fill->facts->firmware_dir;
    const char *text;

    if (!fill_text(fill, "firmware", &text)) {
        check_kernel(fill);
        return;
    }
    if (b_info->kernel != NULL) {
        fill_error(fill, value, "remove one of them",
                   "both 'kernel' and 'firmware' are given");
        return;
    }
    if (strncmp(text, "pvgrub32", strlen(text)) != 0 &&
        strncmp(text, "pvgrub64", strlen(text)) != 0) {
        fill_error(fill, value, "it is pvgrub32 or pvgrub64",
                   "'%s' is not a firmware for this type of guest", text);
        return;
    }
    b_info->kernel = mem_printf(
        "%s/%s.bin", folder != NULL ? folder : DEFAULT_FIRMWARE_DIR, text);
}

void fill_boot(struct fill *fill)
{
    set_cmdline(fill);
    set_bootloader_args(fill);
    if (fill->guest == GUEST_HVM) {
        drop_hvmloader(fill);
        set_hvm_firmware(fill);
        return;
    }
    set_pv_firmware(fill);
}

void write_boot(struct write *write)
{
    const libxl_domain_build_info *b_info = write->b_info;

    write_text(write, "cmdline", b_info->cmdline);
    write_strings(write, "bootloader_args", b_info->bootloader_args);
    if (write->guest == GUEST_HVM &&
        b_info->u.hvm.bios != write->fresh->config.b_info.u.hvm.bios)
        write_word(write, "bios", libxl_bios_type_string_table,
                   b_info->u.hvm.bios);
}
