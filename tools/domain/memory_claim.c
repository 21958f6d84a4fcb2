/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/memory_claim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/number.h"

/* One number; more than this is not from ours, bytes. */
#define CLAIM_LIMIT 32

int memory_claims_lock(const char *folder, struct error *err)
{
    if (io_make_dirs(folder, PATHS_RUNDIR_MODE, err) < 0)
        return -1;
    cleanup_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", folder);
    while (flock(fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return error_set_errno(err, ERR_FAILED, errno, "lock %s", folder);
    return io_steal_fd(&fd);
}

/* Whether somebody holds it. */
static bool is_held(const char *path)
{
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

    return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

static uint64_t read_claim(const char *path)
{
    cleanup_free char *text = NULL;
    uint64_t kib = 0;
    size_t length;

    if (io_read_file(path, CLAIM_LIMIT, &text, &length, NULL) < 0 ||
        !number_parse_u64(text, UINT64_MAX >> 10, &kib))
        return 0;
    return kib;
}

int memory_claims_sum(const char *folder,
                      uint64_t (*used_kib)(void *arg, const char *uuid),
                      void *arg, uint64_t *kib, struct error *err)
{
    DIR *list = opendir(folder);

    *kib = 0;
    if (list == NULL)
        return error_set_errno(err, ERR_FAILED, errno, "%s", folder);
    for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        cleanup_free char *path = mem_printf("%s/%s", folder, entry->d_name);
        if (!is_held(path)) {
            unlink(path);
            continue;
        }
        uint64_t claimed = read_claim(path);
        uint64_t used = used_kib(arg, entry->d_name);
        *kib += claimed > used ? claimed - used : 0;
    }
    closedir(list);
    return 0;
}

static uint64_t used_nothing(void *arg, const char *uuid)
{
    return 0;
}

void memory_claims_drop_stale(const char *folder)
{
    cleanup_close int lock = memory_claims_lock(folder, NULL);
    uint64_t kib;

    if (lock >= 0)
        memory_claims_sum(folder, used_nothing, NULL, &kib, NULL);
}

int memory_claim_make(struct memory_claim *claim, const char *folder,
                      const char *uuid, uint64_t kib, struct error *err)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, uuid);
    cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return error_set(err, ERR_STATE, "a domain with UUID %s is being made",
                         uuid);
    if (ftruncate(fd, 0) < 0 ||
        dprintf(fd, "%llu", (unsigned long long)kib) < 0) {
        error_set_errno(err, errno == ENOSPC ? ERR_SPACE : ERR_FAILED, errno,
                        "%s", path);
        unlink(path);
        return -1;
    }
    claim->fd = io_steal_fd(&fd);
    claim->path = steal(path);
    return 0;
}

void memory_claim_release(struct memory_claim *claim)
{
    if (claim->fd >= 0) {
        unlink(claim->path);
        close(claim->fd);
    }
    free(claim->path);
    *claim = MEMORY_CLAIM_INIT;
}
