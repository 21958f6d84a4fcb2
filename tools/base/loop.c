/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <linux/loop.h>
#include <linux/major.h>

#include "base/io.h"
#include "base/mem.h"

/* Somebody else may take the device that is free, again and again. */
#define ATTEMPTS 100

static char *device_path(int number)
{
    return mem_printf("/dev/loop%d", number);
}

/* The device's descriptor, or -1 with errno; EBUSY: it was taken. */
static int configure(int number, int file, const char *name, bool read_only)
{
    cleanup_free char *path = device_path(number);
    struct loop_config config = {
        .fd = (uint32_t)file,
        .info.lo_flags = LO_FLAGS_AUTOCLEAR,
    };
    cleanup_close int loop =
        open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);

    if (loop < 0)
        return -1;
    if (read_only)
        config.info.lo_flags |= LO_FLAGS_READ_ONLY;
    strncpy((char *)config.info.lo_file_name, name, LO_NAME_SIZE - 1);
    if (ioctl(loop, LOOP_CONFIGURE, &config) < 0)
        return -1;
    return io_steal_fd(&loop);
}

int loop_attach(int file, const char *name, bool read_only, char **path,
                struct error *err)
{
    cleanup_close int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

    if (control < 0)
        return error_set_errno(err, ERR_DEVICE, errno, "/dev/loop-control");
    for (int i = 0; i < ATTEMPTS; i++) {
        int number = ioctl(control, LOOP_CTL_GET_FREE);
        if (number < 0)
            return error_set_errno(err, ERR_DEVICE, errno,
                                   "no loop device is free");
        int loop = configure(number, file, name, read_only);
        if (loop >= 0) {
            *path = device_path(number);
            return loop;
        }
        if (errno != EBUSY)
            return error_set_errno(err, ERR_DEVICE, errno, "/dev/loop%d for %s",
                                   number, name);
    }
    return error_set(err, ERR_DEVICE, "no loop device stays free");
}

int loop_keep(int loop, struct error *err)
{
    struct loop_info64 info;

    if (ioctl(loop, LOOP_GET_STATUS64, &info) == 0) {
        info.lo_flags &= ~(uint32_t)LO_FLAGS_AUTOCLEAR;
        if (ioctl(loop, LOOP_SET_STATUS64, &info) == 0)
            return 0;
    }
    return error_set_errno(err, ERR_DEVICE, errno, "loop device");
}

static bool has_file(int loop, struct loop_file *file)
{
    struct loop_info64 info;

    if (ioctl(loop, LOOP_GET_STATUS64, &info) < 0)
        return false;
    /* As the kernel encodes st_dev for user space (huge_encode_dev). */
    file->device = (dev_t)info.lo_device;
    file->inode = (ino_t)info.lo_inode;
    return true;
}

bool loop_is_device(dev_t device)
{
    return major(device) == LOOP_MAJOR;
}

bool loop_find_file(dev_t device, struct loop_file *file)
{
    cleanup_free char *path = device_path((int)minor(device));
    cleanup_close int loop = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    return loop >= 0 && has_file(loop, file);
}

int loop_detach(const char *path, const struct loop_file *file,
                struct error *err)
{
    cleanup_close int loop = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct loop_file now;

    if (loop < 0 || !has_file(loop, &now) || now.device != file->device ||
        now.inode != file->inode)
        return 0;
    if (ioctl(loop, LOOP_CLR_FD) < 0 && errno != ENXIO)
        return error_set_errno(err, ERR_DEVICE, errno, "%s", path);
    return 0;
}
