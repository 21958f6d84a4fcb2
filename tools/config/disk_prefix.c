/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The old prefixes of a disk: `phy:`, `file:`, `qcow2:` ... */
#include <string.h>

#include "base/mem.h"
#include "config/disk.h"
#include "config/disk_read.h"

enum old_prefix { PREFIX_STRIP, PREFIX_FORMAT, PREFIX_SCRIPT };

static const struct disk_word old_prefixes[] = {
    { "raw", PREFIX_FORMAT },    { "qcow", PREFIX_FORMAT },
    { "qcow2", PREFIX_FORMAT },  { "vhd", PREFIX_FORMAT },
    { "iscsi", PREFIX_SCRIPT },  { "nbd", PREFIX_SCRIPT },
    { "enbd", PREFIX_SCRIPT },   { "drbd", PREFIX_SCRIPT },
    { "tapdisk", PREFIX_STRIP }, { "tap", PREFIX_STRIP },
    { "tap2", PREFIX_STRIP },    { "aio", PREFIX_STRIP },
    { "ioemu", PREFIX_STRIP },   { "file", PREFIX_STRIP },
    { "phy", PREFIX_STRIP },     { NULL },
};

/* Any beginning of the form `word:`; 0 if there is none. */
static size_t prefix_length(const char *p)
{
    size_t length = 0;

    if (*p < 'a' || *p > 'z')
        return 0;
    while ((p[length] >= 'a' && p[length] <= 'z') ||
           (p[length] >= '0' && p[length] <= '9'))
        length++;
    return p[length] == ':' ? length : 0;
}

/* Deprecated, which xl never says; on a command line it does no harm. */
static void warn_of_prefix(struct disk_reader *reader, const char *p,
                           size_t length, enum old_prefix kind)
{
    struct config_place place =
        config_value_place(reader->value, (size_t)(p - reader->text), length);
    cleanup_free char *hint =
        kind == PREFIX_SCRIPT
            ? mem_printf("write: VDEV and script=block-%.*s, then target=",
                         (int)length, p)
            : mem_printf("write: PATH,%.*s,VDEV,ACCESS",
                         kind == PREFIX_FORMAT ? (int)length : 3,
                         kind == PREFIX_FORMAT ? p : "raw");

    if (reader->old_prefix || reader->fill->command_line)
        return;
    config_diag_add(reader->fill->diags, CONFIG_WARNING, &place, hint,
                    "the prefix '%.*s:' of a disk is deprecated", (int)length,
                    p);
}

static void set_prefix(struct disk_reader *reader, const char *p, size_t length,
                       enum old_prefix kind)
{
    warn_of_prefix(reader, p, length, kind);
    reader->old_prefix = true;
    if (kind == PREFIX_FORMAT) {
        disk_set_enum(reader, "format", disk_formats, &reader->disk->format, p,
                      length);
    } else if (kind == PREFIX_SCRIPT) {
        cleanup_free char *script = mem_printf("block-%.*s", (int)length, p);

        if (reader->disk->script != NULL && *reader->disk->script != '\0')
            disk_refuse(reader, p, length, NULL,
                        "the script of this disk is set twice");
        else
            fill_replace_text(&reader->disk->script, script);
    }
}

bool disk_read_prefix(struct disk_reader *reader, const char **p)
{
    size_t length = prefix_length(*p);
    char after = (*p)[length + (length > 0)];
    int kind;

    if (length == 0)
        return false;
    if (disk_find_word(old_prefixes, *p, length, &kind)) {
        set_prefix(reader, *p, length, (enum old_prefix)kind);
        *p += length + 1;
        return true;
    }
    if ((after >= 'a' && after <= 'z') || (after >= '0' && after <= '9'))
        return false;
    disk_refuse(reader, *p, length,
                "the format is the second part: PATH,qcow2,xvda",
                "'%.*s:' is not a prefix of a disk", (int)length, *p);
    *p += strlen(*p);
    return true;
}
