/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/strbuf.h"

static int open_source(const char *path)
{
    if (strcmp(path, "-") == 0)
        return dup(STDIN_FILENO);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

int io_read_file(const char *path, size_t limit, char **bytes, size_t *length,
                 struct error *err)
{
    cleanup_close int fd = open_source(path);
    if (fd < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", path);

    cleanup_strbuf struct strbuf buf = { 0 };
    char block[65536];
    for (;;) {
        ssize_t got = read(fd, block, sizeof(block));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(err, ERR_CONFIG, errno, "%s", path);
        if (got == 0)
            break;
        strbuf_add(&buf, block, (size_t)got);
        if (buf.length > limit)
            return error_set(err, ERR_CONFIG, "%s: longer than %zu MiB", path,
                             limit >> 20);
    }
    *length = buf.length;
    *bytes = strbuf_take(&buf);
    return 0;
}

char *io_read_tail(const char *path, size_t limit)
{
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return NULL;
    off_t end = lseek(fd, 0, SEEK_END);
    if (end <= 0)
        return NULL;
    off_t start = end > (off_t)limit ? end - (off_t)limit : 0;
    cleanup_free char *text = mem_zalloc(1, (size_t)(end - start) + 1);
    ssize_t got = pread(fd, text, (size_t)(end - start), start);
    if (got <= 0)
        return NULL;
    text[got] = '\0';
    /* A line that was cut at its beginning says nothing. */
    char *newline = start > 0 ? strchr(text, '\n') : NULL;
    if (newline != NULL && newline[1] != '\0')
        return mem_strdup(newline + 1);
    return steal(text);
}

int io_write_all(int fd, const void *bytes, size_t length)
{
    const char *next = bytes;

    while (length > 0) {
        ssize_t done = write(fd, next, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        next += done;
        length -= (size_t)done;
    }
    return 0;
}

static int sync_parent(const char *path)
{
    cleanup_free char *dir = mem_strdup(path);
    char *slash = strrchr(dir, '/');
    if (slash != NULL)
        slash[slash == dir ? 1 : 0] = '\0';
    cleanup_close int fd =
        open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -1 : fsync(fd);
}

/* like: whose mode and owner it gets; an owner of -1 is that of the process. */
static int replace_file(const char *path, const struct stat *like,
                        const void *bytes, size_t length, struct error *err)
{
    cleanup_free char *temporary = mem_printf("%s.XXXXXX", path);
    cleanup_close int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", path);
    if (fchown(fd, like->st_uid, like->st_gid) < 0 ||
        fchmod(fd, like->st_mode & 07777) < 0 ||
        io_write_all(fd, bytes, length) < 0 || fsync(fd) < 0 ||
        rename(temporary, path) < 0) {
        enum error_kind kind = errno == ENOSPC ? ERR_SPACE : ERR_FAILED;
        error_set_errno(err, kind, errno, "%s", path);
        unlink(temporary);
        return -1;
    }
    if (sync_parent(path) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", path);
    return 0;
}

int io_replace_file(const char *path, mode_t mode, const void *bytes,
                    size_t length, struct error *err)
{
    const struct stat like = { .st_mode = mode,
                               .st_uid = (uid_t)-1,
                               .st_gid = (gid_t)-1 };

    return replace_file(path, &like, bytes, length, err);
}

int io_rewrite_file(const char *path, const void *bytes, size_t length,
                    struct error *err)
{
    cleanup_free char *target = realpath(path, NULL);
    struct stat before;

    if (target == NULL || stat(target, &before) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", path);
    return replace_file(target, &before, bytes, length, err);
}

int io_make_dirs(const char *path, mode_t mode, struct error *err)
{
    cleanup_free char *part = mem_strdup(path);

    for (char *slash = strchr(part + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash != NULL)
            *slash = '\0';
        if (mkdir(part, slash != NULL ? 0755 : mode) < 0 && errno != EEXIST)
            return error_set_errno(err, ERR_FAILED, errno, "%s", part);
        if (slash == NULL)
            return 0;
        *slash = '/';
    }
}

bool io_is_block_device(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISBLK(status.st_mode);
}
