/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/logfile.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/stamp.h"

#define SIZE_LIMIT (1 << 20)
#define FOLDER_MODE 0750

static int make_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return 0;
    cleanup_free char *folder = mem_strndup(path, (size_t)(slash - path));
    return io_make_dirs(folder, FOLDER_MODE, NULL);
}

static void rotate(const char *path)
{
    cleanup_free char *older = mem_printf("%s.1", path);

    (void)!rename(path, older);
}

int logfile_open(const char *path)
{
    struct stat status;

    if (make_folder_of(path) < 0)
        return -1;
    if (stat(path, &status) == 0 && status.st_size > SIZE_LIMIT)
        rotate(path);
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                0600);
}

/* Another process may have rotated it: then fd is that of PATH.1. */
static bool has_room(int fd, size_t length)
{
    struct stat status;

    return fstat(fd, &status) < 0 ||
           status.st_size + (off_t)length <= SIZE_LIMIT;
}

void logfile_make_room(const char *path, int *fd, size_t length)
{
    struct stat named;

    if (*fd < 0 || has_room(*fd, length))
        return;
    if (stat(path, &named) == 0 && named.st_size + (off_t)length > SIZE_LIMIT)
        rotate(path);
    io_cleanup_close(fd);
    *fd = logfile_open(path);
}

void logfile_line(int fd, const char *who, const char *format, ...)
{
    char stamp[STAMP_SIZE];
    va_list args;

    if (fd < 0)
        return;
    va_start(args, format);
    cleanup_free char *text = mem_vprintf(format, args);
    va_end(args);
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    stamp_now(stamp);
    dprintf(fd, "%s %s[%d]: %s\n", stamp, who, (int)getpid(), text);
}
