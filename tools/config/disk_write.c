/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks back to their specifications. */
#include <string.h>

#include "base/mem.h"
#include "config/disk.h"
#include "config/spec.h"
#include "config/write.h"

static const char *word_of(const struct disk_word *words, int value)
{
    for (; words->word != NULL; words++)
        if (words->value == value && words->word[0] != '\0')
            return words->word;
    return NULL;
}

/* NULL for what is so without the key. */
static const char *key_text(const libxl_device_disk *disk,
                            const struct disk_key *key)
{
    switch (key->kind) {
    case DISK_TEXT:
        return *(char *const *)((const char *)disk + key->offset);
    case DISK_FORMAT:
        return word_of(disk_formats, disk->format);
    case DISK_BACKEND:
        return word_of(disk_backends, disk->backend);
    case DISK_SPECIFICATION:
        return word_of(disk_specifications, disk->specification);
    case DISK_ACCESS:
        return disk->is_cdrom ? NULL : disk->readwrite ? "rw" : "ro";
    case DISK_DEVTYPE:
        return disk->is_cdrom ? "cdrom" : NULL;
    case DISK_PORT:
        return NULL;
    }
    return NULL;
}

static void add_flag(struct write_spec *spec, libxl_defbool truth,
                     const char *on, const char *off)
{
    if (!libxl_defbool_is_default(truth))
        write_spec_add(spec, NULL, libxl_defbool_val(truth) ? on : off);
}

/* One comma at the end is not taken for a part of the target. */
static bool ends_with_comma(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && text[length - 1] == ',';
}

static void write_disk(struct write *write, const libxl_device_disk *disk,
                       struct strbuf *list)
{
    struct write_spec spec = { .write = write, .key = "disk" };
    cleanup_free char *port = mem_printf("%d", disk->colo_port);

    write_spec_backend(&spec, disk->backend_domname, disk->backend_domid);
    add_flag(&spec, disk->discard_enable, "discard", "no-discard");
    add_flag(&spec, disk->colo_enable, "colo", "no-colo");
    add_flag(&spec, disk->trusted, "trusted", "untrusted");
    write_spec_add(&spec, NULL, disk->direct_io_safe ? "direct-io-safe" : NULL);
    write_spec_add(&spec, "colo-port", disk->colo_port != 0 ? port : NULL);
    /* The target is the last of the table: it takes the rest of the string. */
    for (size_t i = 0; i + 1 < DISK_KEYS; i++)
        write_spec_add(&spec, disk_keys[i].name, key_text(disk, &disk_keys[i]));
    if (disk->pdev_path != NULL)
        strbuf_printf(&spec.text, ",target=%s%s", disk->pdev_path,
                      ends_with_comma(disk->pdev_path) ? "," : "");
    write_spec_end(&spec, list);
}

void write_disks(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };

    for (int i = 0; i < write->config->num_disks; i++)
        write_disk(write, &write->config->disks[i], &list);
    write_list(write, "disk", &list);
}
