/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The disk specification: parts separated by commas, each a `key=value`, a
 * flag, an old prefix (`phy:`, `file:`, `qcow2:` ...) or positional, in the
 * order target, format, vdev, access. `target=` takes the rest of the string.
 * The result is that of libxlutil 4.17, which the unit test asks as well.
 */
#include <endian.h>
#include <string.h>

#include "base/mem.h"
#include "base/near.h"
#include "config/disk.h"
#include "config/disk_read.h"
#include "config/fill.h"
#include "config/spec.h"
#include "config/subkey.h"

void disk_refuse(struct disk_reader *reader, const char *at, size_t length,
                 const char *hint, const char *format, ...)
{
    struct config_place place =
        config_value_place(reader->value, (size_t)(at - reader->text), length);
    cleanup_free char *message = NULL;
    va_list args;

    va_start(args, format);
    message = config_diag_message(format, args);
    va_end(args);
    config_diag_add(reader->fill->diags, CONFIG_ERROR, &place, hint, "%s",
                    message);
    reader->failed = true;
}

const struct disk_word disk_formats[] = {
    { "", LIBXL_DISK_FORMAT_RAW },        { "raw", LIBXL_DISK_FORMAT_RAW },
    { "qcow", LIBXL_DISK_FORMAT_QCOW },   { "qcow2", LIBXL_DISK_FORMAT_QCOW2 },
    { "vhd", LIBXL_DISK_FORMAT_VHD },     { "qed", LIBXL_DISK_FORMAT_QED },
    { "empty", LIBXL_DISK_FORMAT_EMPTY }, { NULL },
};

const struct disk_word disk_backends[] = {
    { "phy", LIBXL_DISK_BACKEND_PHY },
    { "tap", LIBXL_DISK_BACKEND_TAP },
    { "qdisk", LIBXL_DISK_BACKEND_QDISK },
    { "standalone", LIBXL_DISK_BACKEND_STANDALONE },
    { NULL },
};

const struct disk_word disk_specifications[] = {
    { "xen", LIBXL_DISK_SPECIFICATION_XEN },
    { "virtio", LIBXL_DISK_SPECIFICATION_VIRTIO },
    { NULL },
};

static const struct disk_word accesses[] = {
    { "r", 0 }, { "ro", 0 }, { "rw", 1 }, { "w", 1 }, { "", 1 }, { NULL },
};

/* Most words differ in the first byte: no call is worth it. */
static bool is_word(const char *at, size_t length, const char *word)
{
    size_t i = 0;

    while (i < length && word[i] == at[i])
        i++;
    return i == length && word[i] == '\0';
}

bool disk_find_word(const struct disk_word *words, const char *at,
                    size_t length, int *value)
{
    for (; words->word != NULL; words++) {
        if (words->word[0] == (length > 0 ? *at : '\0') &&
            is_word(at, length, words->word)) {
            *value = words->value;
            return true;
        }
    }
    return false;
}

void disk_set_enum(struct disk_reader *reader, const char *what,
                   const struct disk_word *words, void *field, const char *at,
                   size_t length)
{
    int *current = field;
    int value;

    if (!disk_find_word(words, at, length, &value))
        disk_refuse(reader, at, length, NULL, "'%.*s' is not a %s of a disk",
                    (int)length, at, what);
    else if (*current != 0 && *current != value)
        disk_refuse(reader, at, length, NULL,
                    "the %s of this disk is set twice", what);
    else
        *current = value;
}

/* A text that may be set once; replacing an empty one is fine. */
static void set_text(struct disk_reader *reader, const char *what, char **field,
                     const char *at, size_t length)
{
    if (*field != NULL && **field != '\0') {
        disk_refuse(reader, at, length, NULL,
                    "the %s of this disk is set twice", what);
        return;
    }
    free(*field);
    *field = mem_copy_text(at, length);
}

static void set_access(struct disk_reader *reader, const char *at,
                       size_t length)
{
    if (!disk_find_word(accesses, at, length, &reader->disk->readwrite))
        disk_refuse(reader, at, length, "it is r, ro, w or rw",
                    "'%.*s' is not an access of a disk", (int)length, at);
}

static void set_devtype(struct disk_reader *reader, const char *at,
                        size_t length)
{
    if (is_word(at, length, "cdrom"))
        reader->disk->is_cdrom = 1;
    else if (is_word(at, length, "disk"))
        reader->disk->is_cdrom = 0;
    else
        disk_refuse(reader, at, length, "it is disk or cdrom",
                    "'%.*s' is not a type of disk", (int)length, at);
}

static void set_port(struct disk_reader *reader, const char *at, size_t length)
{
    cleanup_free char *text = mem_strndup(at, length);

    reader->disk->colo_port = atoi(text);
    if (reader->disk->colo_port == 0)
        disk_refuse(reader, at, length, NULL, "'%s' is not a port", text);
}

const struct disk_key disk_keys[] = {
    { "format", DISK_FORMAT },
    { "access", DISK_ACCESS },
    { "devtype", DISK_DEVTYPE },
    { "backendtype", DISK_BACKEND },
    { "specification", DISK_SPECIFICATION },
    { "backend", DISK_TEXT, offsetof(libxl_device_disk, backend_domname) },
    { "vdev", DISK_TEXT, offsetof(libxl_device_disk, vdev) },
    { "script", DISK_TEXT, offsetof(libxl_device_disk, script) },
    { "colo-host", DISK_TEXT, offsetof(libxl_device_disk, colo_host) },
    { "colo-port", DISK_PORT },
    { "colo-export", DISK_TEXT, offsetof(libxl_device_disk, colo_export) },
    { "active-disk", DISK_TEXT, offsetof(libxl_device_disk, active_disk) },
    { "hidden-disk", DISK_TEXT, offsetof(libxl_device_disk, hidden_disk) },
    { "target", DISK_TEXT, offsetof(libxl_device_disk, pdev_path) },
};

static void set_key(struct disk_reader *reader, const struct disk_key *key,
                    const char *at, size_t length)
{
    libxl_device_disk *disk = reader->disk;

    switch (key->kind) {
    case DISK_TEXT:
        set_text(reader, key->name, (char **)((char *)disk + key->offset), at,
                 length);
        break;
    case DISK_FORMAT:
        disk_set_enum(reader, "format", disk_formats, &disk->format, at,
                      length);
        break;
    case DISK_BACKEND:
        disk_set_enum(reader, "backend type", disk_backends, &disk->backend, at,
                      length);
        break;
    case DISK_SPECIFICATION:
        disk_set_enum(reader, "specification", disk_specifications,
                      &disk->specification, at, length);
        break;
    case DISK_ACCESS:
        set_access(reader, at, length);
        break;
    case DISK_DEVTYPE:
        set_devtype(reader, at, length);
        break;
    case DISK_PORT:
        set_port(reader, at, length);
        break;
    }
}

static void refuse_key(struct disk_reader *reader, const char *at,
                       size_t length)
{
    cleanup_free char *name = mem_strndup(at, length);
    const struct config_subkey *setting = config_subkey_find("disk", name);
    struct near near = near_begin(name);

    if (setting != NULL && setting->since != NULL) {
        disk_refuse(reader, at, length, NULL, "'%s' of a disk needs Xen %s",
                    name, setting->since);
        return;
    }
    for (size_t i = 0; i < DISK_KEYS; i++)
        near_offer(&near, disk_keys[i].name);
    cleanup_free char *hint = near_hint(near_best(&near));
    if (hint == NULL && reader->disk->pdev_path == NULL)
        hint = mem_strdup("a path that has a '=' in it goes last, as "
                          "target=PATH");
    disk_refuse(reader, at, length, hint, "unknown disk setting '%s'", name);
}

/* What may not be said twice is refused where it is stored. */
static void warn_set_twice(struct disk_reader *reader, size_t number,
                           const char *at, size_t length)
{
    struct config_place place;

    if (reader->keys_set & 1u << number) {
        place = config_value_place(reader->value, (size_t)(at - reader->text),
                                   length);
        config_diag_add(reader->fill->diags, CONFIG_WARNING, &place,
                        "remove one of the two",
                        "'%s' is set twice in one string; the last one counts",
                        disk_keys[number].name);
    }
    reader->keys_set |= 1u << number;
}

/* `key=value` at p; yields what follows it. */
static const char *read_key(struct disk_reader *reader, const char *p,
                            size_t length)
{
    const char *value = p + length + 1;
    const char *end;

    for (size_t i = 0; i < DISK_KEYS; i++) {
        const struct disk_key *key = &disk_keys[i];

        if (!is_word(p, length, key->name))
            continue;
        warn_set_twice(reader, i, p, length);
        end = value + (strcmp(key->name, "target") == 0 ? strlen(value)
                                                        : strcspn(value, ","));
        /* One comma at the very end of a target does not belong to it. */
        if (*end == '\0' && end > value && end[-1] == ',')
            end--;
        set_key(reader, key, value, (size_t)(end - value));
        return *end == ',' ? end + 1 : end;
    }
    refuse_key(reader, p, length);
    end = value + strcspn(value, ",");
    return *end == ',' ? end + 1 : end;
}

static const struct disk_flag {
    const char *name;
    enum { FLAG_CDROM, FLAG_SAFE, FLAG_SET, FLAG_CLEAR } kind;
    size_t offset; /* of a libxl_defbool */
} disk_flags[] = {
    { "cdrom", FLAG_CDROM, 0 },
    { "direct-io-safe", FLAG_SAFE, 0 },
    { "discard", FLAG_SET, offsetof(libxl_device_disk, discard_enable) },
    { "no-discard", FLAG_CLEAR, offsetof(libxl_device_disk, discard_enable) },
    { "colo", FLAG_SET, offsetof(libxl_device_disk, colo_enable) },
    { "no-colo", FLAG_CLEAR, offsetof(libxl_device_disk, colo_enable) },
    { "trusted", FLAG_SET, offsetof(libxl_device_disk, trusted) },
    { "untrusted", FLAG_CLEAR, offsetof(libxl_device_disk, trusted) },
};

enum {
    MIN_FLAG = sizeof("colo") - 1, /* the shortest */
};

const struct spec_grammar disk_grammars[] = {
    SPEC_GRAMMAR("disk", disk_keys),
    SPEC_GRAMMAR("disk", disk_flags),
    { NULL },
};

/* Do flags begin so? For most parts the table need not be looked through. */
static bool begins_flag(char c)
{
    return c == 'c' || c == 'd' || c == 'n' || c == 't' || c == 'u';
}

static bool set_flag(libxl_device_disk *disk, const char *p, size_t length)
{
    if (length < MIN_FLAG || !begins_flag(*p))
        return false;
    for (size_t i = 0; i < SPEC_COUNT(disk_flags); i++) {
        const struct disk_flag *flag = &disk_flags[i];

        if (!is_word(p, length, flag->name))
            continue;
        if (flag->kind == FLAG_CDROM)
            disk->is_cdrom = 1;
        else if (flag->kind == FLAG_SAFE)
            disk->direct_io_safe = true;
        else
            libxl_defbool_set((void *)((char *)disk + flag->offset),
                              flag->kind == FLAG_SET);
        return true;
    }
    return false;
}

/* The old `vdev:cdrom` and `vdev:disk`; false if there is no colon. */
static bool set_vdev_and_type(struct disk_reader *reader, const char *p,
                              size_t length)
{
    const char *colon = memrchr(p, ':', length);

    if (colon == NULL)
        return false;
    set_text(reader, "vdev", &reader->disk->vdev, p, (size_t)(colon - p));
    set_devtype(reader, colon + 1, length - (size_t)(colon - p) - 1);
    return true;
}

static void set_positional(struct disk_reader *reader, const char *p,
                           size_t length)
{
    libxl_device_disk *disk = reader->disk;

    if (reader->failed)
        return; /* what follows would be blamed for it */
    if (disk->pdev_path == NULL) {
        set_text(reader, "target", &disk->pdev_path, p, length);
    } else if (!reader->old_prefix &&
               disk->format == LIBXL_DISK_FORMAT_UNKNOWN) {
        if (*disk->pdev_path == '\0' && set_vdev_and_type(reader, p, length))
            disk->format = LIBXL_DISK_FORMAT_EMPTY;
        else
            disk_set_enum(reader, "format", disk_formats, &disk->format, p,
                          length);
    } else if (disk->vdev == NULL) {
        if (!set_vdev_and_type(reader, p, length))
            set_text(reader, "vdev", &disk->vdev, p, length);
    } else if (!reader->access_set) {
        reader->access_set = true;
        set_access(reader, p, length);
    } else {
        reader->over = true;
        disk_refuse(reader, p, length,
                    "the parts without a key are: target, format, vdev, access",
                    "one part too many: '%.*s'", (int)length, p);
    }
}

static void read_parts(struct disk_reader *reader)
{
    const char *p = reader->text;

    for (;;) {
        size_t length;

        while (*p == ' ' || *p == '\t' || *p == '\n')
            p++;
        if (*p == '\0' || reader->over ||
            config_diags_enough(reader->fill->diags))
            return;
        /* Up to the end of the part or of its key. */
        length = strcspn(p, ",=:");
        if (p[length] == ':') {
            if (disk_read_prefix(reader, &p))
                continue;
            length += strcspn(p + length, ",=");
        }
        if (p[length] == '=') {
            p = read_key(reader, p, length);
            continue;
        }
        if (!set_flag(reader->disk, p, length))
            set_positional(reader, p, length);
        p += length + (p[length] == ',');
    }
}

/* The top bits of those of eight bytes that are one. */
static inline uint64_t bytes_that_are(uint64_t bytes, char one)
{
    const uint64_t ones = UINT64_MAX / UINT8_MAX;
    const uint64_t rest = ones * 0x7f;

    bytes ^= ones * (unsigned char)one;
    return ~(((bytes & rest) + rest) | bytes) & ~rest;
}

/*
 * Where the commas of a text are, and its end; false if there are not three,
 * or a = or : among them. Eight bytes at a time, the last ones for the second.
 */
static bool find_commas(const char *text, size_t length, size_t ends[4])
{
    size_t count = 0;

    for (size_t at = 0; at < length; at += sizeof(uint64_t)) {
        size_t again =
            at + sizeof(uint64_t) > length ? at + sizeof(uint64_t) - length : 0;
        uint64_t bytes, found;

        if (again > at)
            return false;
        memcpy(&bytes, text + at - again, sizeof(bytes));
        bytes = le64toh(bytes);
        found = bytes_that_are(bytes, ',') | bytes_that_are(bytes, '=') |
                bytes_that_are(bytes, ':');
        for (found >>= again * 8; found != 0; found &= found - 1) {
            ends[count] = at + (size_t)__builtin_ctzll(found) / 8;
            if (text[ends[count]] != ',' || ++count == 4)
                return false;
        }
    }
    ends[count] = length;
    return count == 3;
}

static bool is_plain_part(const char *part, size_t length)
{
    return length > 0 && *part != ' ' && *part != '\t' && *part != '\n' &&
           !(length >= MIN_FLAG && begins_flag(*part));
}

/*
 * What most disks are: TARGET,FORMAT,VDEV,ACCESS, with no key, flag, prefix or
 * blank in it. False if it is something else; then nothing was done.
 */
static bool read_usual(struct disk_reader *reader)
{
    const char *text = reader->text;
    libxl_device_disk *disk = reader->disk;
    size_t begins[4] = { 0 };
    size_t ends[4];
    size_t lengths[4];
    int format;
    int access;

    if (!find_commas(text, reader->value->u.atom.length, ends))
        return false;
    for (int i = 0; i < 4; i++) {
        begins[i] = i > 0 ? ends[i - 1] + 1 : 0;
        lengths[i] = ends[i] - begins[i];
        if (!is_plain_part(text + begins[i], lengths[i]))
            return false;
    }
    if (!disk_find_word(disk_formats, text + begins[1], lengths[1], &format) ||
        !disk_find_word(accesses, text + begins[3], lengths[3], &access))
        return false;
    disk->pdev_path = mem_copy_text(text, lengths[0]);
    disk->format = (libxl_disk_format)format;
    disk->vdev = mem_copy_text(text + begins[2], lengths[2]);
    disk->readwrite = access;
    return true;
}

static void finish(struct disk_reader *reader)
{
    libxl_device_disk *disk = reader->disk;

    if (disk->format == LIBXL_DISK_FORMAT_UNKNOWN)
        disk->format = LIBXL_DISK_FORMAT_RAW;
    if (disk->is_cdrom) {
        disk->removable = 1;
        disk->readwrite = 0;
        if (disk->pdev_path == NULL || *disk->pdev_path == '\0')
            disk->format = LIBXL_DISK_FORMAT_EMPTY;
    }
    if (reader->failed)
        return;
    if (disk->vdev == NULL)
        disk_refuse(reader, reader->text, strlen(reader->text),
                    "add the guest's device: PATH,raw,xvda",
                    "this disk has no vdev");
    else if (disk->pdev_path == NULL && !disk->removable)
        disk_refuse(reader, reader->text, strlen(reader->text), NULL,
                    "this disk has no target; only a CD drive can be empty");
}

void fill_disk_words(struct fill *fill, struct fill_words words,
                     libxl_device_disk *disk)
{
    struct disk_reader reader = { .fill = fill,
                                  .value = words.first,
                                  .text = words.first->u.atom.text,
                                  .disk = disk };
    const struct config_value *word = NULL;

    if (words.count == 1 && read_usual(&reader))
        return;
    disk->readwrite = 1;
    while ((word = fill_next_word(words, word)) != NULL) {
        reader.value = word;
        reader.text = word->u.atom.text;
        read_parts(&reader);
    }
    finish(&reader);
}

void fill_disks(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_devices(fill, "disk");
    const struct config_value *item = NULL;
    libxl_device_disk fresh;

    if (list == NULL)
        return;
    libxl_device_disk_init(&fresh);
    FILL_RESERVE(config->disks, list);
    while ((item = fill_item(fill, "disk", list, item)) != NULL) {
        libxl_device_disk *disk = &config->disks[config->num_disks++];

        *disk = fresh;
        fill_disk_words(fill, fill_one_word(item), disk);
    }
}
