/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/image_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/io.h"

int image_file_open(const char *path, struct error *err)
{
    int fd = strcmp(path, "-") == 0
                 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        error_set_errno(err, ERR_CONFIG, errno, "%s", path);
    return fd;
}

int image_file_inspect(const char *path, bool whole, struct image_facts *facts,
                       struct error *err)
{
    cleanup_close int fd = image_file_open(path, err);

    if (fd < 0 || interrupt_install(err) < 0)
        return -1;
    return image_inspect(fd, path, whole, facts, err);
}
