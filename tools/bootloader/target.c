/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bootloader/target.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/loop.h"
#include "base/mem.h"

static int find_number(int fd, const char *disk, dev_t *device,
                       struct error *err)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", disk);
    *device = status.st_rdev;
    return 0;
}

static int open_file(struct target *target, int file, const char *disk,
                     struct error *err)
{
    cleanup_free char *path = NULL;

    target->loop = loop_attach(file, disk, true, &path, err);
    if (target->loop < 0)
        return -1;
    return find_number(target->loop, path, &target->device, err);
}

int target_open(struct target *target, const char *disk, struct error *err)
{
    struct stat status;
    cleanup_close int fd = open(disk, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &status) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", disk);
    if (S_ISREG(status.st_mode))
        return open_file(target, fd, disk, err);
    if (!S_ISBLK(status.st_mode))
        return error_set(err, ERR_CONFIG,
                         "%s: neither a file nor a block device", disk);
    target->device = status.st_rdev;
    return 0;
}

void target_close(struct target *target)
{
    io_cleanup_close(&target->loop);
}
