/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors and whole files. */
#ifndef XENITH_BASE_IO_H
#define XENITH_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/error.h"

static inline void io_cleanup_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
#define cleanup_close __attribute__((cleanup(io_cleanup_close)))

/* Hands an owned descriptor over: yields it and leaves -1 behind. */
static inline int io_steal_fd(int *fd)
{
    int value = *fd;
    *fd = -1;
    return value;
}

/*
 * Reads a whole file of at most limit bytes; "-" is standard input. *bytes is
 * the caller's and ended by a NUL that *length (bytes) does not count. A file
 * that cannot be read, or is longer, is an ERR_CONFIG that names it.
 */
int io_read_file(const char *path, size_t limit, char **bytes, size_t *length,
                 struct error *err);

/*
 * The last lines of a file, at most limit bytes, owned by the caller; NULL
 * when it cannot be read or is empty.
 */
char *io_read_tail(const char *path, size_t limit);

/* Writes everything, through EINTR and short writes. 0, or -1 with errno. */
int io_write_all(int fd, const void *bytes, size_t length);

/*
 * Replaces a file in one step: written beside it under a temporary name with
 * the mode given, synced, renamed. The old file survives any failure.
 */
int io_replace_file(const char *path, mode_t mode, const void *bytes,
                    size_t length, struct error *err);

/*
 * The same for a file that is there: it keeps its mode and owner, and of a
 * symbolic link it is the file behind it.
 */
int io_rewrite_file(const char *path, const void *bytes, size_t length,
                    struct error *err);

bool io_is_block_device(int fd);

/* Makes a directory and its parents; one that is there is fine. */
int io_make_dirs(const char *path, mode_t mode, struct error *err);

#endif
