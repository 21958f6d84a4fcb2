/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"

static char *folder_of(const char *path)
{
    cleanup_free char *copy = mem_strdup(path);

    return mem_strdup(dirname(copy));
}

static char *temporary_name(const char *path)
{
    cleanup_free char *copy = mem_strdup(path);
    cleanup_free char *folder = folder_of(path);

    return mem_printf("%s/.%s.%d.part", folder, basename(copy), getpid());
}

static int open_direct(struct newfile *file, const char *path)
{
    file->direct = true;
    file->fd = strcmp(path, "-") == 0
                   ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
                   : open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return file->fd < 0 ? -1 : 0;
}

static int open_new(struct newfile *file, const char *path, bool exists)
{
    char *resolved = exists ? realpath(path, NULL) : NULL;

    file->place = resolved != NULL ? resolved : mem_strdup(path);
    cleanup_free char *folder = folder_of(file->place);
    file->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
        cleanup_free char *name = temporary_name(file->place);
        file->fd = open(name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
        if (file->fd >= 0)
            file->name = steal(name);
    }
    return file->fd < 0 ? -1 : 0;
}

int newfile_open(struct newfile *file, const char *path, struct error *err)
{
    struct stat target;
    bool exists = stat(path, &target) == 0;

    *file = NEWFILE_INIT;
    int rc = strcmp(path, "-") == 0 || (exists && !S_ISREG(target.st_mode))
                 ? open_direct(file, path)
                 : open_new(file, path, exists);
    if (rc == 0)
        return 0;
    error_set_errno(err, ERR_CONFIG, errno, "%s", path);
    newfile_dispose(file);
    return -1;
}

static int sync_folder(const char *path)
{
    cleanup_free char *folder = folder_of(path);
    cleanup_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 ? -1 : fsync(fd);
}

/* Links it under a temporary name, so that a rename can replace the place. */
static int give_name(struct newfile *file)
{
    if (file->name != NULL)
        return 0;
    cleanup_free char *self = mem_printf("/proc/self/fd/%d", file->fd);
    cleanup_free char *name = temporary_name(file->place);
    if (linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) < 0)
        return -1;
    file->name = steal(name);
    return 0;
}

static int rename_into_place(struct newfile *file)
{
    if (give_name(file) < 0 || rename(file->name, file->place) < 0)
        return -1;
    free(file->name);
    file->name = NULL;
    return sync_folder(file->place);
}

/* A pipe or a terminal cannot be synced, and nobody expects it to be. */
static int sync_direct(const struct newfile *file, struct error *err)
{
    struct stat status;

    if (fstat(file->fd, &status) == 0 && !S_ISBLK(status.st_mode) &&
        !S_ISREG(status.st_mode))
        return 0;
    if (fsync(file->fd) == 0)
        return 0;
    return error_set_errno(err, errno == ENOSPC ? ERR_SPACE : ERR_FAILED, errno,
                           "what was written cannot be synced");
}

int newfile_publish(struct newfile *file, struct error *err)
{
    sigset_t all, before;
    int cause = 0;

    if (file->direct)
        return sync_direct(file, err);
    if (fsync(file->fd) < 0)
        return error_set_errno(err, errno == ENOSPC ? ERR_SPACE : ERR_FAILED,
                               errno, "%s", file->place);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (rename_into_place(file) < 0)
        cause = errno;
    if (cause != 0 && file->name != NULL)
        unlink(file->name);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (cause == 0)
        return 0;
    return error_set_errno(err, cause == ENOSPC ? ERR_SPACE : ERR_FAILED, cause,
                           "%s", file->place);
}

void newfile_dispose(struct newfile *file)
{
    io_cleanup_close(&file->fd);
    if (file->name != NULL)
        unlink(file->name);
    free(file->name);
    free(file->place);
    *file = NEWFILE_INIT;
}
