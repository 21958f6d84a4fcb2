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

int logfile_open(const char *path)
{
    struct stat status;

    if (make_folder_of(path) < 0)
        return -1;
    if (stat(path, &status) == 0 && status.st_size > SIZE_LIMIT) {
        cleanup_free char *older = mem_printf("%s.1", path);
        (void)!rename(path, older);
    }
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                0600);
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
