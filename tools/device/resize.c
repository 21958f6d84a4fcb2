/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/resize.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"
#include "device/resize_qemu.h"
#include "device/traces.h"
#include "host/qmp.h"

/* By a back end in this domain: "vbd" is Linux' own, "qdisk" QEMU. */
static bool is_served_by(const char *kind, const char *backend)
{
    cleanup_free char *start = mem_printf("/local/domain/0/backend/%s/", kind);

    return backend != NULL && strncmp(backend, start, strlen(start)) == 0;
}

int disk_grow_file(const char *path, uint64_t bytes, struct error *err)
{
    cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;

    if (fd < 0 || fstat(fd, &status) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", path);
    if (!S_ISREG(status.st_mode)) {
        error_set(err, ERR_CONFIG, "%s: not an image file", path);
        error_hint(err, "make it larger with its own tools, as lvextend, and "
                        "leave the size out");
        return -1;
    }
    if ((uint64_t)status.st_size > bytes)
        return error_set(err, ERR_CONFIG,
                         "%s: it has %llu bytes already; what the guest has "
                         "there would be lost",
                         path, (unsigned long long)status.st_size);
    if (ftruncate(fd, (off_t)bytes) < 0)
        return error_set_errno(err, errno == EFBIG ? ERR_CONFIG : ERR_SPACE,
                               errno, "%s", path);
    return 0;
}

/* The loop device in between keeps the size it had when it was set up. */
static int refresh_loop(const char *loop, struct error *err)
{
    cleanup_free char *path = mem_printf("/dev/%s", loop);
    cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC);

    if (fd < 0 || ioctl(fd, LOOP_SET_CAPACITY, 0) < 0)
        return error_set_errno(err, ERR_DEVICE, errno, "loop device %s", path);
    return 0;
}

static int have_qemu_resize(uint32_t domid, const char *vdev, uint64_t bytes,
                            struct error *err)
{
    cleanup_free char *path = qmp_path(domid);

    if (bytes != 0)
        return resize_by_qemu(path, vdev, bytes, err);
    error_set(err, ERR_USAGE, "QEMU serves it, and has to be told its size");
    error_hint(err, "name the size: QEMU makes the image larger itself");
    return -1;
}

static int resize(const struct device_traces *traces, uint32_t domid,
                  const libxl_device_disk *disk, uint64_t bytes,
                  struct error *err)
{
    const char *backend = traces->nodes[DEVICE_BACKEND];

    if (is_served_by("qdisk", backend))
        return have_qemu_resize(domid, disk->vdev, bytes, err);
    if (!is_served_by("vbd", backend))
        return error_set(err, ERR_STATE,
                         "only disks that Dom0's kernel or QEMU serves can "
                         "change their size");
    if (bytes != 0 && disk_grow_file(disk->pdev_path, bytes, err) < 0)
        return -1;
    return traces->loop != NULL ? refresh_loop(traces->loop, err) : 0;
}

int disk_resize(const struct device_owner *owner, const libxl_device_disk *disk,
                uint64_t bytes, struct error *err)
{
    cleanup_device_traces struct device_traces traces = { 0 };

    if (disk->is_cdrom || disk->pdev_path == NULL)
        return error_set(err, ERR_STATE, "disk %s of %s has no size of its own",
                         disk->vdev, owner->name);
    if (device_traces_read(&traces, &device_disk, owner, disk, err) < 0)
        return -1;
    if (resize(&traces, owner->domid, disk, bytes, err) < 0)
        return error_context(err, "disk %s of %s", disk->vdev, owner->name);
    return 0;
}
