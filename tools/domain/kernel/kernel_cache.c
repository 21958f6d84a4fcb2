/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/kernel/kernel_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <xxhash.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/paths.h"
#include "domain/kernel/kernel.h"
#include "domain/kernel/kernel_folder.h"
#include "domain/kernel/kernel_trim.h"
#include "domain/kernel/kernel_unpack.h"

#define SECRET_SIZE 192 /* as long as the one built into xxhash */
/* A file that changed less long ago may change again and keep its times: the
 * kernel's clock for them is coarse. */
#define SETTLED_SECONDS 2

#define MIB ((uint64_t)1 << 20)

const struct kernel_cache kernel_cache_of_host = {
    .folder = XENITH_CACHEDIR "/kernels",
    .limit = 512 * MIB,
    .kernel_limit = 256 * MIB,
};

/* ---- holding a kernel ---- */

void kernel_copy_release(struct kernel_copy *copy)
{
    io_cleanup_close(&copy->fd);
    free(copy->path);
    *copy = KERNEL_COPY_INIT;
}

/* False if it is not there, or was removed just now. */
static bool hold(const struct kernel_cache *cache, const char *key,
                 struct kernel_copy *copy)
{
    cleanup_free char *path = kernel_folder_path(cache, key);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat status;

    if (fd < 0 || flock(fd, LOCK_SH) < 0 || fstat(fd, &status) < 0 ||
        status.st_nlink == 0)
        return false;
    futimens(fd, NULL); /* used now; fails where nothing can be written */
    copy->fd = io_steal_fd(&fd);
    copy->path = steal(path);
    return true;
}

static bool hold_by_note(const struct kernel_cache *cache,
                         const struct stat *status, struct kernel_copy *copy)
{
    cleanup_free char *note = kernel_folder_note(cache, status);
    const char *path;
    cleanup_free char *key = kernel_folder_read_note(note, &path);

    return key != NULL && hold(cache, key, copy);
}

/* ---- adding ---- */

/* A packed kernel, read whole: its file may change at any time. */
struct packed {
    const char *path;
    struct stat status;
    struct kernel_image image;
    unsigned char *bytes; /* owned */
};

static void packed_dispose(struct packed *packed)
{
    free(packed->bytes);
}
#define cleanup_packed __attribute__((cleanup(packed_dispose)))

static int read_whole(int fd, struct packed *packed, struct error *err)
{
    size_t length = (size_t)packed->status.st_size, done = 0;

    /* The headers were read after the size. */
    if (packed->image.payload_offset + packed->image.payload_length > length)
        return error_set(err, ERR_FAILED, "%s: it grows", packed->path);
    packed->bytes = mem_zalloc(1, length);
    while (done < length) {
        ssize_t got =
            pread(fd, packed->bytes + done, length - done, (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return error_set(err, ERR_FAILED, "%s: %s", packed->path,
                             got == 0 ? "it shrinks" : strerror(errno));
        done += (size_t)got;
    }
    return 0;
}

/* The secret of the cache, made by whoever needs it first. */
static int read_secret(const struct kernel_cache *cache,
                       unsigned char secret[SECRET_SIZE], struct error *err)
{
    cleanup_free char *path = kernel_folder_path(cache, "secret");
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd >= 0 && read(fd, secret, SECRET_SIZE) == SECRET_SIZE)
        return 0;
    if (getrandom(secret, SECRET_SIZE, 0) != SECRET_SIZE)
        return error_set_errno(err, ERR_FAILED, errno, "random numbers");
    return io_replace_file(path, 0600, secret, SECRET_SIZE, err);
}

static char *make_key(const struct packed *packed,
                      const unsigned char secret[SECRET_SIZE])
{
    size_t length = (size_t)packed->status.st_size;
    XXH128_hash_t hash =
        XXH3_128bits_withSecret(packed->bytes, length, secret, SECRET_SIZE);

    return mem_printf("%016llx%016llx-%zx", (unsigned long long)hash.high64,
                      (unsigned long long)hash.low64, length);
}

/* Whether what came out is what the packed kernel promised. */
static int check_unpacked(int fd, const struct packed *packed,
                          struct error *err)
{
    struct kernel_image image;

    if (kernel_probe_fd(fd, "what is inside", &image, err) < 0)
        return -1;
    if (image.format != KERNEL_ELF)
        return error_set(err, ERR_CONFIG, "what is inside is no ELF file");
    if (packed->image.format == KERNEL_BZIMAGE &&
        image.file_bytes != packed->image.least_bytes)
        return error_set(err, ERR_CONFIG,
                         "it unpacks to %llu bytes and promises %llu",
                         (unsigned long long)image.file_bytes,
                         (unsigned long long)packed->image.least_bytes);
    return 0;
}

static int unpack_to(const struct kernel_cache *cache, const char *part,
                     const struct packed *packed, struct error *err)
{
    cleanup_close int fd =
        open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct unpack_request request = {
        .bytes = packed->bytes + packed->image.payload_offset,
        .length = packed->image.payload_length,
        .fd = fd,
        .limit = cache->kernel_limit,
    };

    if (fd < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", part);
    if (kernel_unpack(&request, err) < 0 ||
        check_unpacked(fd, packed, err) < 0 || kernel_trim(fd, err) < 0)
        return error_context(err, "%s", packed->path);
    /* After a crash of the host its name must not stand for less. */
    if (fdatasync(fd) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", part);
    return 0;
}

static int add_kernel(const struct kernel_cache *cache, const char *key,
                      const struct packed *packed, struct error *err)
{
    cleanup_free char *part = kernel_folder_path(cache, "part");
    cleanup_free char *path = kernel_folder_path(cache, key);

    log_debug("unpacking %s to %s", packed->path, path);
    if (unpack_to(cache, part, packed, err) < 0) {
        unlink(part);
        return -1;
    }
    if (rename(part, path) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", path);
    return 0;
}

/* A note is a help for the next time; it can be missing. */
static void write_note(const struct kernel_cache *cache, const char *key,
                       const struct packed *packed)
{
    cleanup_free char *note = kernel_folder_note(cache, &packed->status);
    cleanup_free char *target = mem_printf("%s:%s", key, packed->path);
    time_t settled = packed->status.st_ctim.tv_sec + SETTLED_SECONDS;

    if (time(NULL) <= settled)
        return;
    unlink(note);
    if (symlink(target, note) < 0)
        log_debug("%s: %s", note, strerror(errno));
}

/* With the folder locked. */
static int find_or_add(const struct kernel_cache *cache,
                       const struct packed *packed, struct kernel_copy *copy,
                       struct error *err)
{
    unsigned char secret[SECRET_SIZE];
    struct kernel_cache_cleared cleared;

    if (read_secret(cache, secret, err) < 0)
        return -1;
    cleanup_free char *key = make_key(packed, secret);
    if (!hold(cache, key, copy)) {
        if (add_kernel(cache, key, packed, err) < 0)
            return -1;
        if (!hold(cache, key, copy))
            return error_set_errno(err, ERR_FAILED, errno, "%s/%s",
                                   cache->folder, key);
        kernel_cache_shrink(cache, cache->limit, &cleared, NULL);
    }
    write_note(cache, key, packed);
    return 0;
}

/* ---- using ---- */

/* Whether there is something to unpack, and it can be unpacked here. */
static bool is_packed(int fd, const struct kernel_image *image)
{
    unsigned char magic[8];
    bool can_unpack = false;

    if (image->format == KERNEL_ELF || image->payload_length == 0)
        return false;
    ssize_t got = pread(fd, magic, sizeof(magic), (off_t)image->payload_offset);
    if (got > 0)
        unpack_recognize(magic, (size_t)got, &can_unpack);
    return can_unpack;
}

static int use_packed(const struct kernel_cache *cache, int fd,
                      struct packed *packed, struct kernel_copy *copy,
                      struct error *err)
{
    if ((uint64_t)packed->status.st_size > cache->kernel_limit)
        return error_set(err, ERR_SPACE, "%s: larger than %llu MiB",
                         packed->path,
                         (unsigned long long)(cache->kernel_limit / MIB));
    if (read_whole(fd, packed, err) < 0)
        return -1;
    cleanup_close int lock = kernel_folder_open(cache, err);
    if (lock < 0)
        return -1;
    /* Who held the lock before may have unpacked the same file. */
    if (hold_by_note(cache, &packed->status, copy))
        return 0;
    return find_or_add(cache, packed, copy, err);
}

int kernel_cache_use(const struct kernel_cache *cache, const char *kernel,
                     struct kernel_copy *copy, struct error *err)
{
    cleanup_packed struct packed packed = { .path = kernel };
    cleanup_close int fd = open(kernel, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    *copy = KERNEL_COPY_INIT;
    if (fd < 0 || fstat(fd, &packed.status) < 0)
        return error_set_errno(err, ERR_CONFIG, errno, "%s", kernel);
    if (hold_by_note(cache, &packed.status, copy))
        return 0;
    if (kernel_probe_fd(fd, kernel, &packed.image, err) < 0)
        return -1;
    if (!is_packed(fd, &packed.image))
        return 0;
    return use_packed(cache, fd, &packed, copy, err);
}
