/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/hooks/hook_input.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"

int hook_input_open(const char *document, struct error *err)
{
    cleanup_close int fd = memfd_create("hook", MFD_CLOEXEC);

    if (fd < 0 || io_write_all(fd, document, strlen(document)) < 0 ||
        lseek(fd, 0, SEEK_SET) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "its input");
    return io_steal_fd(&fd);
}
