/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "device/kind.h"
#include "device/script.h"
#include "host/xenstore.h"

char *disk_label(const libxl_device_disk *disk, unsigned int index)
{
    return mem_printf("disk %u (%s)", index + 1,
                      disk->vdev ? disk->vdev : "no vdev");
}

static bool checked_elsewhere(const libxl_device_disk *disk)
{
    return disk->backend_domname != NULL || disk->backend_domid != 0 ||
           disk->script != NULL || disk->format == LIBXL_DISK_FORMAT_EMPTY ||
           disk->pdev_path == NULL || disk->pdev_path[0] == '\0';
}

static int check_target(const libxl_device_disk *disk, const char *label,
                        struct error *err)
{
    const char *path = disk->pdev_path;
    int mode = disk->readwrite ? O_RDWR : O_RDONLY;
    struct stat status;
    cleanup_close int fd = open(path, mode | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 && errno == EROFS) {
        error_set_errno(err, ERR_CONFIG, errno, "%s: %s", label, path);
        error_hint(err, "give it read-only: access=r");
        return -1;
    }
    if (fd < 0 || fstat(fd, &status) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s: %s", label, path);
    if (S_ISBLK(status.st_mode))
        return 0;
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERR_CONFIG,
                         "%s: %s: neither a file nor a block device", label,
                         path);
    if (status.st_size == 0)
        return error_set(err, ERR_CONFIG, "%s: %s: the file is empty", label,
                         path);
    return 0;
}

int disk_check(const libxl_device_disk *disk, const char *label,
               struct error *err)
{
    if (checked_elsewhere(disk))
        return 0;
    return check_target(disk, label, err);
}

/*
 * The first bytes of image files: QEMU's docs/interop/qcow2.rst and qed_spec,
 * and the VHD specification, of which a fixed image has nothing at the start.
 */
static const struct signature {
    libxl_disk_format format; /* UNKNOWN: none that Xen has a name for */
    const char *name;
    uint8_t length;
    char bytes[9];
} signatures[] = {
    { LIBXL_DISK_FORMAT_QCOW, "qcow", 8, "QFI\xfb\0\0\0\1" },
    { LIBXL_DISK_FORMAT_QCOW2, "qcow2", 8, "QFI\xfb\0\0\0\2" },
    { LIBXL_DISK_FORMAT_QCOW2, "qcow2", 8, "QFI\xfb\0\0\0\3" },
    { LIBXL_DISK_FORMAT_QED, "qed", 4, "QED" },
    { LIBXL_DISK_FORMAT_VHD, "vhd", 8, "conectix" },
    { LIBXL_DISK_FORMAT_UNKNOWN, "vhdx", 8, "vhdxfile" },
    { LIBXL_DISK_FORMAT_UNKNOWN, "vmdk", 4, "KDMV" },
};

enum {
    SIGNATURE_BYTES = 8,
};

/* NULL if it is none, or cannot be read. */
static const struct signature *read_signature(const char *path)
{
    char bytes[SIGNATURE_BYTES];
    struct stat status;
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ||
        pread(fd, bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return NULL;
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++)
        if (memcmp(bytes, signatures[i].bytes, signatures[i].length) == 0)
            return &signatures[i];
    return NULL;
}

/* Has each of its images a signature at its beginning? */
static bool always_signed(libxl_disk_format format)
{
    return format == LIBXL_DISK_FORMAT_QCOW ||
           format == LIBXL_DISK_FORMAT_QCOW2 || format == LIBXL_DISK_FORMAT_QED;
}

int disk_check_format(const libxl_device_disk *disk, const char *label,
                      struct error *err)
{
    const char *asked = libxl_disk_format_to_string(disk->format);
    const struct signature *found;

    if (checked_elsewhere(disk) || access(disk->pdev_path, R_OK) < 0)
        return 0;
    found = read_signature(disk->pdev_path);
    if (found == NULL && !always_signed(disk->format))
        return 0;
    if (found != NULL && found->format == disk->format)
        return 0;
    error_set(err, ERR_CONFIG, "%s: %s: it is given as %s, but begins like %s",
              label, disk->pdev_path, asked,
              found != NULL ? found->name : "none");
    if (found != NULL && found->format != LIBXL_DISK_FORMAT_UNKNOWN)
        error_hint(err, "write: format=%s", found->name);
    return -1;
}

/* QEMU serves what no driver of Dom0 can; it is there since the create. */
static bool needs_device_model(const libxl_device_disk *disk)
{
    return disk->backend == LIBXL_DISK_BACKEND_QDISK ||
           (disk->format != LIBXL_DISK_FORMAT_RAW &&
            disk->format != LIBXL_DISK_FORMAT_EMPTY);
}

static int check_device_model(const struct device_owner *owner,
                              const char *label, struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    size_t pid = xenstore_reads_add(
        &reads, "/local/domain/%u/image/device-model-pid", owner->domid);

    if (xenstore_reads_run(&reads, err) < 0)
        return -1;
    if (xenstore_reads_value(&reads, pid) != NULL || owner->domid == 0)
        return 0;
    error_set(err, ERR_CONFIG,
              "%s: only QEMU can serve it, and %s runs without one", label,
              owner->name);
    error_hint(err, "use a raw image, or create %s with such a disk",
               owner->name);
    return -1;
}

void disk_warn_format(const libxl_device_disk *disk, const char *label)
{
    cleanup_error struct error doubt = ERROR_INIT;

    if (disk_check_format(disk, label, &doubt) < 0)
        log_warn("%s%s%s", doubt.message, doubt.hint ? "; " : "",
                 doubt.hint ? doubt.hint : "");
}

static int check_attach(const struct device_owner *owner, const void *device,
                        struct error *err)
{
    const libxl_device_disk *disk = device;
    cleanup_free char *label = mem_printf("disk %s", disk->vdev);

    if (disk_check(disk, label, err) < 0)
        return -1;
    disk_warn_format(disk, label);
    if (disk->backend_domname != NULL || !needs_device_model(disk))
        return 0;
    return check_device_model(owner, label, err);
}

static int check_detach(const struct device_owner *owner, const void *device,
                        struct error *err)
{
    const libxl_device_disk *disk = device;

    if (disk->specification != LIBXL_DISK_SPECIFICATION_VIRTIO)
        return 0;
    return error_set(err, ERR_STATE,
                     "disk %s of %s is a virtio disk, which Xen cannot take "
                     "from a running guest",
                     disk->vdev, owner->name);
}

static char *word(const void *device)
{
    return mem_strdup(((const libxl_device_disk *)device)->vdev);
}

/* Any name of the device that libxl knows: xvdb, 51728, d1p0. */
static bool is(const struct device_owner *owner, const void *device,
               const char *text)
{
    const libxl_device_disk *disk = device;
    libxl_device_disk found;

    /* libxl has disposed of it when it fails. */
    int rc =
        libxl_vdev_to_device_disk(owner->host->ctx, owner->domid, text, &found);
    host_log_forget(&owner->host->log);
    if (rc != 0)
        return false;
    bool same = strcmp(found.vdev, disk->vdev) == 0;
    libxl_device_disk_dispose(&found);
    return same;
}

static int number(const struct device_owner *owner, const void *device)
{
    libxl_diskinfo info;
    int devid = -1;

    libxl_diskinfo_init(&info);
    if (libxl_device_disk_getinfo(owner->host->ctx, owner->domid, device,
                                  &info) == 0) {
        devid = info.devid;
        libxl_diskinfo_dispose(&info);
    }
    return devid;
}

static char **script(void *device)
{
    return &((libxl_device_disk *)device)->script;
}

static char *hook(const void *device)
{
    return script_for_disk(device);
}

static void *recorded(libxl_domain_config *record, const void *device)
{
    const libxl_device_disk *disk = device;

    for (int i = 0; i < record->num_disks; i++)
        if (strcmp(record->disks[i].vdev, disk->vdev) == 0)
            return &record->disks[i];
    return NULL;
}

DEVICE_CALLS(disk)
DEVICE_OPERATION(call_remove, libxl_device_disk_safe_remove)
DEVICE_OPERATION(call_destroy, libxl_device_disk_destroy)

const struct device_kind device_disk = {
    .name = "disk",
    .key = "disk",
    .node = "vbd",
    DEVICE_CALL_FIELDS(disk),
    .remove = call_remove,
    .destroy = call_destroy,
    .word = word,
    .is = is,
    .number = number,
    .check = check_attach,
    .script = script,
    .hook = hook,
    .recorded = recorded,
    .check_detach = check_detach,
};
