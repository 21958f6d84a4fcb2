/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"

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

int disk_check(const libxl_device_disk *disk, unsigned int index,
               struct error *err)
{
    cleanup_free char *label = disk_label(disk, index);

    if (checked_elsewhere(disk))
        return 0;
    return check_target(disk, label, err);
}
