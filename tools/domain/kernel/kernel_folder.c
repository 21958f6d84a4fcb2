/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/kernel/kernel_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"

#define FOLDER_MODE 0700
/* Unpacking is over by then, or whoever holds the lock does not end. */
#define LOCK_PATIENCE_MS 150000
#define LOCK_TICK_MS 20

char *kernel_folder_path(const struct kernel_cache *cache, const char *name)
{
    return mem_printf("%s/%s", cache->folder, name);
}

char *kernel_folder_note(const struct kernel_cache *cache,
                         const struct stat *status)
{
    return mem_printf("%s/by-file/%llx-%llx-%llx-%llx.%lx-%llx.%lx",
                      cache->folder, (unsigned long long)status->st_dev,
                      (unsigned long long)status->st_ino,
                      (unsigned long long)status->st_size,
                      (unsigned long long)status->st_mtim.tv_sec,
                      (unsigned long)status->st_mtim.tv_nsec,
                      (unsigned long long)status->st_ctim.tv_sec,
                      (unsigned long)status->st_ctim.tv_nsec);
}

bool kernel_folder_is_key(const char *name)
{
    return strspn(name, "0123456789abcdef") == 32 && name[32] == '-';
}

char *kernel_folder_read_note(const char *note, const char **path)
{
    char target[4096];
    ssize_t length = readlink(note, target, sizeof(target) - 1);

    if (length < 0)
        return NULL;
    target[length] = '\0';
    char *colon = strchr(target, ':');
    if (colon == NULL || !kernel_folder_is_key(target))
        return NULL;
    size_t key_length = (size_t)(colon - target);
    char *key = mem_strdup(target);
    key[key_length] = '\0';
    *path = key + key_length + 1;
    return key;
}

int kernel_folder_lock(const struct kernel_cache *cache, struct error *err)
{
    int64_t end = clock_deadline(LOCK_PATIENCE_MS);
    cleanup_close int fd =
        open(cache->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", cache->folder);
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_set_errno(err, ERR_FAILED, errno, "%s", cache->folder);
        if (interrupt_signal() != 0)
            return error_set(err, ERR_FAILED, "interrupted");
        if (clock_is_past(end))
            return error_set(err, ERR_TIMEOUT, "%s: locked for too long",
                             cache->folder);
        clock_sleep_ms(LOCK_TICK_MS);
    }
    return io_steal_fd(&fd);
}

int kernel_folder_open(const struct kernel_cache *cache, struct error *err)
{
    cleanup_free char *notes = kernel_folder_path(cache, "by-file");

    if (io_make_dirs(cache->folder, FOLDER_MODE, err) < 0 ||
        io_make_dirs(notes, FOLDER_MODE, err) < 0)
        return -1;
    return kernel_folder_lock(cache, err);
}
