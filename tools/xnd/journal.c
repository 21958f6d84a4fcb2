/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"

#define SIZE_LIMIT (1 << 20)

static bool to_file;

static int open_file(void)
{
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
    cleanup_close int fd = open(PATHS_XND_LOG, flags, 0600);

    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
        return -1;
    return 0;
}

int journal_to_file(struct error *err)
{
    if (io_make_dirs(XENITH_LOGDIR, 0750, err) < 0)
        return -1;
    if (open_file() < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", PATHS_XND_LOG);
    to_file = true;
    return 0;
}

static void rotate_if_full(void)
{
    struct stat status;

    if (!to_file || fstat(STDERR_FILENO, &status) < 0 ||
        status.st_size < SIZE_LIMIT)
        return;
    if (rename(PATHS_XND_LOG, PATHS_XND_LOG ".1") < 0 || open_file() < 0)
        (void)!ftruncate(STDERR_FILENO, 0);
}

/* Written in one piece: workers write to the same logs. */
static void write_line(int fd, const char *format, va_list args)
{
    cleanup_free char *text = mem_vprintf(format, args);
    char stamp[32] = "";
    time_t now = time(NULL);
    struct tm local;

    if (localtime_r(&now, &local) != NULL)
        strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S%z", &local);
    dprintf(fd, "%s xnd[%d]: %s\n", stamp, (int)getpid(), text);
}

void journal_to(int fd, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_line(fd, format, args);
    va_end(args);
}

void journal(const char *format, ...)
{
    va_list args;

    rotate_if_full();
    va_start(args, format);
    write_line(STDERR_FILENO, format, args);
    va_end(args);
}
