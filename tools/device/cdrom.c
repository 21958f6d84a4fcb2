/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/cdrom.h"

#include "base/mem.h"
#include "device/disk.h"
#include "device/list.h"
#include "host/operation.h"

/* libxl's own steps with QEMU have deadlines of 10 s each. */
#define CHANGE_DEADLINE_MS 60000

void cdrom_describe(libxl_device_disk *disk, const char *vdev, const char *path)
{
    libxl_device_disk_init(disk);
    disk->vdev = mem_strdup(vdev);
    disk->pdev_path = mem_strdup(path != NULL ? path : "");
    disk->format =
        path != NULL ? LIBXL_DISK_FORMAT_RAW : LIBXL_DISK_FORMAT_EMPTY;
    disk->is_cdrom = 1;
    disk->removable = 1;
    disk->readwrite = 0;
}

static int check_drive(const struct device_owner *owner, const char *vdev,
                       struct error *err)
{
    cleanup_device_list struct device_list list = { 0 };

    device_list_read(&list, &device_disk, owner);
    const libxl_device_disk *drive = device_list_need(&list, owner, vdev, err);
    if (drive == NULL)
        return -1;
    if (drive->is_cdrom)
        return 0;
    return error_set(err, ERR_CONFIG, "disk %s of %s is no CD drive", vdev,
                     owner->name);
}

int cdrom_change(const struct device_owner *owner, libxl_device_disk *disk,
                 struct error *err)
{
    cleanup_free char *label = mem_printf("disk %s", disk->vdev);
    struct operation op;

    if (disk_check(disk, label, err) < 0 ||
        check_drive(owner, disk->vdev, err) < 0)
        return -1;
    operation_begin(&op, owner->host);
    int rc = libxl_cdrom_insert(owner->host->ctx, owner->domid, disk, &op.how);
    rc = operation_wait(&op, rc, CHANGE_DEADLINE_MS);
    if (rc == 0)
        return 0;
    return host_fail(owner->host, err, ERR_DEVICE, rc, "CD drive %s of %s",
                     disk->vdev, owner->name);
}
