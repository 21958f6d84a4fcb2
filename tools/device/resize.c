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
#include "device/traces.h"

/* Only Linux' own back end, in this domain, looks at the size again. */
static bool kernel_serves(const char *backend)
{
    const char start[] = "/local/domain/0/backend/vbd/";

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

static int resize(const struct device_traces *traces,
                  const libxl_device_disk *disk, uint64_t bytes,
                  struct error *err)
{
    if (!kernel_serves(traces->nodes[DEVICE_BACKEND]))
        return error_set(err, ERR_STATE,
                         "only disks that Dom0's kernel serves can change "
                         "their size");
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
    if (resize(&traces, disk, bytes, err) < 0)
        return error_context(err, "disk %s of %s", disk->vdev, owner->name);
    return 0;
}
