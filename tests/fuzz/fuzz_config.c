/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libFuzzer harness of the configuration language: any bytes are read as a
 * domain's file, filled and shown. With a first byte of 1 to 31 the rest is
 * one string of a sub-grammar (disk, vif, ...), so that the fuzzer need not
 * find the way there; with 128 to 136 it is the words of a command line, each
 * ended by a NUL, that describe a device; with 144 it is up to four files that
 * include each other.
 */
#include "fuzz_diags.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "config/config.h"
#include "config/device.h"

/* What stands around the string of each grammar. The corpus counts on the
 * order: new ones go to the end. */
static const struct grammar {
    const char *before;
    const char *after;
} grammars[] = {
    { "disk=['", "']" },
    { "vif=['", "']" },
    { "pci=['", "']" },
    { "vfb=['", "']" },
    { "vkb=['", "']" },
    { "vdispl=['", "']" },
    { "channel=['", "']" },
    { "usbctrl=['", "']" },
    { "iomem=['", "']" },
    { "usbdev=['", "']" },
    { "vsnd=[['", "']]" },
    { "vnuma=[['", "']]" },
    { "cpus='", "'" },
    { "cpuid='", "'" },
    { "cpuid=['", "']" },
    { "p9=['", "']" },
    { "vtpm=['", "']" },
    { "pvcalls=['", "']" },
    { "ioports=['", "']" },
    { "irqs=['", "']" },
    { "viridian=['", "']" },
    { "rdm='", "'" },
    { "cpus=['", "']" },
    { "cpus_soft='", "'" },
    { "boot='", "'" },
    { "usbdevice='", "'" },
    { "serial=['", "']" },
    { "console_log='", "'" },
    { "stop_action='", "'" },
    { "smbios=['", "']" },
    { "bootloader='b'\nbootloader_args='", "'" },
};

static void read_config(const char *bytes, size_t length)
{
    cleanup_free char *text = mem_copy_text(bytes, length);
    const struct config_source source = {
        .path = "f", .text = text, .length = length, .plain = true
    };
    cleanup_shown_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct domain_spec cleanup_domain_spec spec;

    domain_spec_init(&spec);
    if (config_load(&source, NULL, NULL, &spec, &diags, NULL) == 0)
        free(domain_spec_to_json(&spec));
}

/* Any of the structs that words are read into. */
union device {
    libxl_device_disk disk;
    libxl_device_nic nic;
    libxl_device_pci pci;
    libxl_device_usbctrl usbctrl;
    libxl_device_usbdev usbdev;
    libxl_device_vtpm vtpm;
    libxl_device_vkb vkb;
    libxl_device_vdispl vdispl;
    libxl_device_vsnd vsnd;
};

#define DEVICE_CALLS(type)                            \
    static void init_##type(union device *device)     \
    {                                                 \
        libxl_device_##type##_init(&device->type);    \
    }                                                 \
    static void dispose_##type(union device *device)  \
    {                                                 \
        libxl_device_##type##_dispose(&device->type); \
    }
DEVICE_CALLS(disk)
DEVICE_CALLS(nic)
DEVICE_CALLS(pci)
DEVICE_CALLS(usbctrl)
DEVICE_CALLS(usbdev)
DEVICE_CALLS(vtpm)
DEVICE_CALLS(vkb)
DEVICE_CALLS(vdispl)
DEVICE_CALLS(vsnd)

static const struct {
    void (*init)(union device *device);
    void (*dispose)(union device *device);
} devices[] = {
    [CONFIG_DEVICE_DISK] = { init_disk, dispose_disk },
    [CONFIG_DEVICE_NIC] = { init_nic, dispose_nic },
    [CONFIG_DEVICE_PCI] = { init_pci, dispose_pci },
    [CONFIG_DEVICE_USBCTRL] = { init_usbctrl, dispose_usbctrl },
    [CONFIG_DEVICE_USBDEV] = { init_usbdev, dispose_usbdev },
    [CONFIG_DEVICE_VTPM] = { init_vtpm, dispose_vtpm },
    [CONFIG_DEVICE_VKB] = { init_vkb, dispose_vkb },
    [CONFIG_DEVICE_VDISPL] = { init_vdispl, dispose_vdispl },
    [CONFIG_DEVICE_VSND] = { init_vsnd, dispose_vsnd },
};

enum {
    FIRST_DEVICE = 0x80, /* begins no text */
    LAST_DEVICE = FIRST_DEVICE + CONFIG_DEVICE_VSND,
    MAX_WORDS = 16,
};

static void read_words(enum config_device kind, const char *text, size_t length)
{
    cleanup_free char *copy = mem_zalloc(length + 1, 1);
    const char *list[MAX_WORDS];
    struct config_words words = { .words = list, .first = 2 };
    cleanup_shown_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    union device device;

    memcpy(copy, text, length);
    for (size_t at = 0; at < length && words.count < MAX_WORDS;
         at += strlen(copy + at) + 1)
        list[words.count++] = copy + at;
    devices[kind].init(&device);
    config_device_read(kind, &words, NULL, &device, &diags, NULL);
    devices[kind].dispose(&device);
}

/*
 * Files in memory, which name each other by the number of their descriptor:
 * include = "101". A byte of 0x1e ends one and begins the next. Without a slash
 * there is no way to any other file.
 */
enum {
    INCLUDING = 0x90,
    FIRST_FILE = 100,
    FILES = 4,
    FILE_END = 0x1e,
};

static void put_file(int number, const char *bytes, size_t length)
{
    int fd = FIRST_FILE + number;

    if (lseek(fd, 0, SEEK_CUR) < 0 &&
        dup2(memfd_create("included", MFD_CLOEXEC), fd) < 0)
        abort();
    if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0 ||
        io_write_all(fd, bytes, length) < 0)
        abort();
}

static void read_files(const char *bytes, size_t length)
{
    cleanup_free char *text = mem_copy_text(bytes, length);
    cleanup_free char *path = mem_printf("/proc/self/fd/%d", FIRST_FILE);
    const struct config_source source = { .path = path };
    cleanup_shown_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct domain_spec cleanup_domain_spec spec;
    size_t begin = 0;

    for (size_t i = 0; i < length; i++)
        if (text[i] == '/')
            text[i] = '_';
    for (int i = 0; i < FILES; i++) {
        const char *end = memchr(text + begin, FILE_END, length - begin);
        size_t part =
            end != NULL ? (size_t)(end - text) - begin : length - begin;

        put_file(i, text + begin, part);
        begin += part + (end != NULL);
    }
    domain_spec_init(&spec);
    config_load(&source, NULL, NULL, &spec, &diags, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf text = { 0 };

    if (size > 0 && data[0] >= FIRST_DEVICE && data[0] <= LAST_DEVICE) {
        read_words((enum config_device)(data[0] - FIRST_DEVICE),
                   (const char *)data + 1, size - 1);
        return 0;
    }
    if (size > 0 && data[0] == INCLUDING) {
        read_files((const char *)data + 1, size - 1);
        return 0;
    }
    if (size == 0 || data[0] == 0 ||
        data[0] > sizeof(grammars) / sizeof(grammars[0])) {
        read_config((const char *)data, size);
        return 0;
    }
    strbuf_printf(&text, "name='n';kernel='k';memory=64;vcpus=2\n%s%s",
                  data[0] > 20 ? "type='hvm'\n" : "",
                  grammars[data[0] - 1].before);
    for (size_t i = 1; i < size; i++) {
        if (data[i] == '\'' || data[i] == '\\')
            strbuf_putc(&text, '\\');
        strbuf_putc(&text, (char)data[i]);
    }
    strbuf_puts(&text, grammars[data[0] - 1].after);
    strbuf_putc(&text, '\n');
    read_config(text.text, text.length);
    strbuf_dispose(&text);
    return 0;
}
