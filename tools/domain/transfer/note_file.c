/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/note_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/uuid.h"

#define NOTE_LIMIT ((size_t)64 << 10)

int note_file_check_uuid(const char *uuid, struct error *err)
{
    uint8_t bytes[UUID_BYTES];

    if (uuid_parse_text(uuid, bytes))
        return 0;
    return error_set(err, ERR_USAGE, "'%s' is no UUID", uuid);
}

char *note_file_path(const char *uuid, const char *suffix)
{
    return mem_printf(NOTE_FOLDER "/%s%s", uuid, suffix);
}

int note_file_lock(const char *path, bool make, int *fd, struct error *err)
{
    struct stat opened, named;

    *fd = -1;
    if (make && io_make_dirs(NOTE_FOLDER, PATHS_RUNDIR_MODE, err) < 0)
        return -1;
    *fd = open(path, O_RDWR | O_CLOEXEC | (make ? O_CREAT : 0), 0600);
    if (*fd < 0 && errno == ENOENT)
        return 0;
    if (*fd < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", path);
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0 && fstat(*fd, &opened) == 0 &&
        stat(path, &named) == 0 && opened.st_ino == named.st_ino)
        return 1;
    io_cleanup_close(fd);
    return error_set(err, ERR_STATE, "it is being migrated just now");
}

int note_file_put(int fd, const char *text, struct error *err)
{
    cleanup_close int folder =
        open(NOTE_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (io_write_all(fd, text, strlen(text)) == 0 && fsync(fd) == 0 &&
        folder >= 0 && fsync(folder) == 0)
        return 0;
    return error_set_errno(err, errno == ENOSPC ? ERR_SPACE : ERR_FAILED, errno,
                           "the note of the migration in " NOTE_FOLDER);
}

char *note_file_read(const char *path, struct error *err)
{
    char *text = NULL;
    size_t length;

    if (io_read_file(path, NOTE_LIMIT, &text, &length, err) < 0)
        return NULL;
    return text;
}
