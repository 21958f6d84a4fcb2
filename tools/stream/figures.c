/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/figures.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

/* Who has it could otherwise take the memory away from under the others. */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

int figures_open(struct figures *figures, struct error *err)
{
    cleanup_close int fd =
        memfd_create("figures", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    *figures = FIGURES_INIT;
    if (fd < 0 || ftruncate(fd, sizeof(struct stream_figures)) < 0 ||
        fcntl(fd, F_ADD_SEALS, SEALS) < 0)
        return error_set_errno(err, ERR_SPACE, errno, "shared memory");
    figures->shared = figures_map(fd, err);
    if (figures->shared == NULL)
        return -1;
    figures->fd = io_steal_fd(&fd);
    return 0;
}

void figures_close(struct figures *figures)
{
    if (figures->shared != NULL)
        munmap(figures->shared, sizeof(*figures->shared));
    io_cleanup_close(&figures->fd);
    *figures = FIGURES_INIT;
}

struct stream_figures *figures_map(int fd, struct error *err)
{
    int seals = fcntl(fd, F_GET_SEALS);
    struct stat status;

    if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &status) < 0 ||
        status.st_size != sizeof(struct stream_figures)) {
        error_set(err, ERR_USAGE, "descriptor %d has no figures", fd);
        return NULL;
    }
    void *memory = mmap(NULL, sizeof(struct stream_figures),
                        PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory != MAP_FAILED)
        return memory;
    error_set_errno(err, ERR_SPACE, errno, "shared memory");
    return NULL;
}
