/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/disk_identity.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"
#include "base/number.h"

const struct disk_places disk_places_of_host = {
    .sys = "/sys",
    .links = "/dev/disk",
    .mounts = "/proc/self/mountinfo",
};

/* sysfs counts so, whatever the device's blocks are. */
#define SECTOR 512

/* No attribute of sysfs is longer. */
#define ATTRIBUTE_MAX 4096
#define MOUNTS_MAX ((size_t)4 << 20)

/* -- names ----------------------------------------------------------------- */

void disk_identity_add(struct disk_identity *identity, const char *kind,
                       const char *value)
{
    VEC_PUSH(&identity->names,
             ((struct disk_name){ mem_strdup(kind), mem_strdup(value) }));
}

void disk_identity_dispose(struct disk_identity *identity)
{
    VEC_EACH (&identity->names, name) {
        free(name->kind);
        free(name->value);
    }
    VEC_DISPOSE(&identity->names);
    *identity = (struct disk_identity){ 0 };
}

/* -- block devices: sysfs -------------------------------------------------- */

/* Takes the blanks around a text away, in place. */
static void trim(char *text)
{
    size_t skip = strspn(text, " \t\n");
    size_t length = strlen(text + skip);

    while (length > 0 && strchr(" \t\n", text[skip + length - 1]) != NULL)
        length--;
    memmove(text, text + skip, length);
    text[length] = '\0';
}

/* The text of an attribute without the blanks around it; NULL if empty. */
static char *read_attribute(const char *folder, const char *name)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, name);
    cleanup_free char *text = NULL;
    size_t length;

    if (io_read_file(path, ATTRIBUTE_MAX, &text, &length, NULL) < 0)
        return NULL;
    trim(text);
    return text[0] != '\0' ? steal(text) : NULL;
}

/* Adds ":3" for the third partition of what has the name. */
static void add_attribute(struct disk_identity *identity, const char *kind,
                          const char *folder, const char *name,
                          const char *partition)
{
    cleanup_free char *text = read_attribute(folder, name);

    if (text == NULL)
        return;
    cleanup_free char *value = mem_printf("%s%s%s", text, partition ? ":" : "",
                                          partition ? partition : "");
    disk_identity_add(identity, kind, value);
}

/* Documentation/ABI of Linux: sysfs-block, -block-dm, -class-scsi_device. */
static void add_attributes(const char *folder, struct disk_identity *identity)
{
    static const struct {
        const char *kind, *name;
    } rows[] = {
        { "wwid", "wwid" },
        { "wwid", "device/wwid" },
        { "serial", "serial" },
        { "serial", "device/serial" },
        { "device-mapper", "dm/uuid" },
    };
    cleanup_free char *partition = read_attribute(folder, "partition");
    cleanup_free char *disk =
        mem_printf("%s%s", folder, partition != NULL ? "/.." : "");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        add_attribute(identity, rows[i].kind, disk, rows[i].name, partition);
}

/* -- block devices: udev's links ------------------------------------------- */

/* Of /dev/disk/by-id those that name a thing, not a place it was given. */
static bool is_lasting(const char *kind, const char *link)
{
    return strcmp(kind, "id") != 0 || (strncmp(link, "dm-name-", 8) != 0 &&
                                       strncmp(link, "md-name-", 8) != 0 &&
                                       strncmp(link, "lvm-pv-uuid-", 12) != 0);
}

static void add_links(const struct disk_places *places, const char *kind,
                      const char *device, struct disk_identity *identity)
{
    cleanup_free char *folder = mem_printf("%s/by-%s", places->links, kind);
    char target[PATH_MAX];
    DIR *links = opendir(folder);

    if (links == NULL)
        return;
    for (struct dirent *link; (link = readdir(links)) != NULL;) {
        ssize_t length =
            readlinkat(dirfd(links), link->d_name, target, sizeof(target) - 1);
        target[length > 0 ? length : 0] = '\0';
        const char *slash = strrchr(target, '/');
        if (slash != NULL && strcmp(slash + 1, device) == 0 &&
            is_lasting(kind, link->d_name))
            disk_identity_add(identity, kind, link->d_name);
    }
    closedir(links);
}

void disk_identity_of_device(const struct disk_places *places, dev_t device,
                             struct disk_identity *identity)
{
    cleanup_free char *link = mem_printf("%s/dev/block/%u:%u", places->sys,
                                         major(device), minor(device));
    cleanup_free char *folder = realpath(link, NULL);
    uint64_t sectors = 0;

    identity->place = DISK_BLOCK;
    if (folder == NULL)
        return;
    const char *name = strrchr(folder, '/') + 1;
    cleanup_free char *size = read_attribute(folder, "size");
    if (size != NULL && number_parse_u64(size, UINT64_MAX / SECTOR, &sectors))
        identity->size = sectors * SECTOR;
    add_attributes(folder, identity);
    add_links(places, "id", name, identity);
    add_links(places, "partuuid", name, identity);
    add_links(places, "uuid", name, identity);
}

/* -- files ----------------------------------------------------------------- */

/* Those that one host alone can have mounted to write. */
static bool is_local(const char *type)
{
    static const char *const types[] = {
        "ext2",  "ext3",    "ext4", "xfs",  "btrfs", "f2fs",     "jfs",
        "tmpfs", "overlay", "vfat", "ntfs", "ramfs", "bcachefs", "zfs",
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

/* Those whose source and file numbers are the server's. */
static bool is_of_server(const char *type)
{
    static const char *const types[] = { "nfs",  "nfs4", "cifs",
                                         "smb3", "ceph", "lustre" };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

/* proc(5): "36 35 98:0 /root /mnt rw shared:1 - ext4 /dev/sda1 rw". */
static bool read_mount(char *line, dev_t device, char **type, char **source)
{
    unsigned int number_major, number_minor;
    char *rest = strstr(line, " - ");

    if (rest == NULL ||
        sscanf(line, "%*u %*u %u:%u", &number_major, &number_minor) != 2 ||
        makedev(number_major, number_minor) != device)
        return false;
    rest += strlen(" - ");
    *type = strsep(&rest, " ");
    *source = strsep(&rest, " ");
    return *source != NULL;
}

static void add_cluster(const struct disk_places *places, dev_t device,
                        ino_t inode, struct disk_identity *identity)
{
    struct disk_identity below = { 0 };

    disk_identity_of_device(places, device, &below);
    VEC_EACH (&below.names, name)
        if (strcmp(name->kind, "uuid") == 0) {
            cleanup_free char *value =
                mem_printf("%s, file %ju", name->value, (uintmax_t)inode);
            disk_identity_add(identity, "filesystem", value);
        }
    disk_identity_dispose(&below);
}

static void add_mount(const struct disk_places *places, const char *type,
                      const char *source, const struct stat *status,
                      struct disk_identity *identity)
{
    cleanup_free char *value =
        mem_printf("%s, file %ju", source, (uintmax_t)status->st_ino);

    if (is_local(type))
        disk_identity_add(identity, "local", type);
    else if (is_of_server(type))
        disk_identity_add(identity, "share", value);
    else
        add_cluster(places, status->st_dev, status->st_ino, identity);
}

static void add_filesystem(const struct disk_places *places,
                           const struct stat *status,
                           struct disk_identity *identity)
{
    cleanup_free char *text = NULL;
    char *type, *source;
    size_t length;

    if (io_read_file(places->mounts, MOUNTS_MAX, &text, &length, NULL) < 0)
        return;
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (read_mount(line, status->st_dev, &type, &source)) {
            add_mount(places, type, source, status, identity);
            return;
        }
}

static void read_path(const struct disk_places *places,
                      const libxl_device_disk *disk,
                      struct disk_identity *identity)
{
    struct stat status;

    if (stat(disk->pdev_path, &status) < 0)
        return;
    if (S_ISBLK(status.st_mode)) {
        disk_identity_of_device(places, status.st_rdev, identity);
        return;
    }
    if (!S_ISREG(status.st_mode))
        return;
    identity->place = DISK_FILE;
    /* Others grow as the guest writes. */
    if (disk->format == LIBXL_DISK_FORMAT_RAW)
        identity->size = (uint64_t)status.st_size;
    add_filesystem(places, &status, identity);
}

void disk_identity_read(const struct disk_places *places,
                        const libxl_device_disk *disk,
                        struct disk_identity *identity)
{
    *identity = (struct disk_identity){ 0 };
    if (disk->pdev_path != NULL && disk->pdev_path[0] != '\0' &&
        disk->script == NULL && disk->backend_domname == NULL &&
        disk->backend_domid == 0 && disk->format != LIBXL_DISK_FORMAT_EMPTY)
        read_path(places, disk, identity);
}

/* -- comparing ------------------------------------------------------------- */

/* The best first: who has two of them is judged by the better. */
static const struct kind {
    const char *name;
    enum disk_likeness differs; /* if both have it, but not the same */
} kinds[] = {
    { "wwid", DISK_OTHER },
    { "device-mapper", DISK_OTHER },
    { "partuuid", DISK_OTHER },
    { "serial", DISK_OTHER },
    { "filesystem", DISK_OTHER },
    /* One way to a disk may have other links than another has. */
    { "id", DISK_PERHAPS_OTHER },
    /* One server may have two names. */
    { "share", DISK_PERHAPS_OTHER },
    /* Of what is in it, which the guest writes. */
    { "uuid", DISK_PERHAPS_OTHER },
};

/* 1: they share a name of the kind, 0: they do not, -1: one has none. */
static int share_name(const struct disk_identity *one,
                      const struct disk_identity *other, const char *kind)
{
    bool here = false, there = false;

    VEC_EACH (&one->names, name) {
        if (strcmp(name->kind, kind) != 0)
            continue;
        here = true;
        VEC_EACH (&other->names, their) {
            if (strcmp(their->kind, kind) != 0)
                continue;
            there = true;
            if (strcmp(their->value, name->value) == 0)
                return 1;
        }
    }
    return here && there ? 0 : -1;
}

static bool has_kind(const struct disk_identity *identity, const char *kind)
{
    VEC_EACH (&identity->names, name)
        if (strcmp(name->kind, kind) == 0)
            return true;
    return false;
}

enum disk_likeness disk_identity_compare(const struct disk_identity *theirs,
                                         const struct disk_identity *ours,
                                         const char **kind)
{
    *kind = "local";
    if (has_kind(theirs, "local") || has_kind(ours, "local"))
        return DISK_OTHER;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int shared = share_name(ours, theirs, kinds[i].name);

        *kind = kinds[i].name;
        if (shared >= 0)
            return shared > 0 ? DISK_SAME : kinds[i].differs;
    }
    *kind = "";
    return DISK_NOT_TOLD;
}
