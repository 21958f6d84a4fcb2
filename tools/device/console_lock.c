/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/console_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

/* Who has the file locked, 0 if that cannot be told. See proc(5). */
static int find_holder(const struct stat *info)
{
    FILE *locks = fopen("/proc/locks", "re");
    char line[256];
    int holder = 0;

    while (locks != NULL && holder == 0 &&
           fgets(line, sizeof(line), locks) != NULL) {
        int pid;
        uint64_t inode;
        if (sscanf(line, "%*u: FLOCK %*s %*s %d %*x:%*x:%" SCNu64, &pid,
                   &inode) == 2 &&
            inode == info->st_ino)
            holder = pid;
    }
    if (locks != NULL)
        fclose(locks);
    return holder;
}

static int refuse(int fd, const char *name, struct error *err)
{
    struct stat info;
    int holder = fstat(fd, &info) == 0 ? find_holder(&info) : 0;

    error_set(err, ERR_STATE, "the console of %s is in use", name);
    if (holder > 0)
        error_hint(err, "by process %d", holder);
    return -1;
}

/* The name may have been removed between our open and our lock. */
static bool is_still_named(int fd, const char *path)
{
    struct stat ours, named;

    return fstat(fd, &ours) == 0 && lstat(path, &named) == 0 &&
           ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

int console_lock_take(struct console_lock *lock, uint32_t domid,
                      const char *name, struct error *err)
{
    cleanup_free char *path =
        mem_printf("%s/" CONSOLE_LOCK_PREFIX "%u", XEN_LOCK_DIR, domid);

    for (;;) {
        /* The directory is often open to all users: no links. */
        cleanup_close int fd =
            open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return error_set_errno(err, ERR_FAILED, errno, "lock %s", path);
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
            if (errno == EINTR)
                continue;
            if (errno == EWOULDBLOCK)
                return refuse(fd, name, err);
            return error_set_errno(err, ERR_FAILED, errno, "lock %s", path);
        }
        if (is_still_named(fd, path)) {
            lock->fd = io_steal_fd(&fd);
            lock->path = steal(path);
            return 0;
        }
    }
}

const char *console_lock_folder(void)
{
    return XEN_LOCK_DIR;
}

bool console_lock_is_stale(const char *path, bool remove)
{
    cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || !is_still_named(fd, path))
        return false;
    return !remove || unlink(path) == 0;
}

void console_lock_release(struct console_lock *lock)
{
    if (lock->fd >= 0) {
        unlink(lock->path); /* while it is ours */
        close(lock->fd);
    }
    free(lock->path);
    lock->path = NULL;
    lock->fd = -1;
}
