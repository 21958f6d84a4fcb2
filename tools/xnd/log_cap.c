/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/log_cap.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/stamp.h"

static bool is_over(const struct stat *status, uint64_t cap)
{
    return S_ISREG(status->st_mode) && (uint64_t)status->st_size > cap;
}

bool log_cap_rotate(const char *path, uint64_t cap)
{
    cleanup_free char *older = mem_printf("%s.1", path);
    struct stat status;

    if (lstat(path, &status) < 0 || !is_over(&status, cap))
        return false;
    if (cap > 0 && rename(path, older) == 0)
        return true;
    (void)!truncate(path, 0); /* its writer appends */
    return false;
}

/* The end of the file from the beginning of a line; bytes read. */
static size_t read_tail(int fd, off_t size, char *tail, size_t room)
{
    ssize_t got = pread(fd, tail, room, size - (off_t)room);
    char *line = got > 0 ? memchr(tail, '\n', (size_t)got) : NULL;

    if (line == NULL)
        return 0;
    size_t length = (size_t)(tail + got - (line + 1));
    memmove(tail, line + 1, length);
    return length;
}

bool log_cap_cut(const char *path, uint64_t cap)
{
    cleanup_close int fd =
        open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    size_t room = (size_t)(cap / 4);
    char stamp[STAMP_SIZE];
    struct stat status;

    if (fd < 0 || fstat(fd, &status) < 0 || !is_over(&status, cap))
        return false;
    cleanup_free char *tail = mem_zalloc(room + 1, 1);
    size_t length = read_tail(fd, status.st_size, tail, room);
    if (ftruncate(fd, 0) < 0)
        return false;
    stamp_now(stamp);
    dprintf(fd, "%s xnd[%d]: the log was full: %" PRIu64 " bytes are cut off\n",
            stamp, (int)getpid(), (uint64_t)status.st_size - length);
    (void)!io_write_all(fd, tail, length);
    return true;
}
