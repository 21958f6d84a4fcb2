/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/kernel/kernel_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <xxhash.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/paths.h"
#include "domain/kernel/kernel.h"
#include "domain/kernel/kernel_unpack.h"

#define FOLDER_MODE 0700
/* Unpacking is over by then, or whoever holds the lock does not end. */
#define LOCK_PATIENCE_MS 150000
#define LOCK_TICK_MS 20
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

/* ---- names ---- */

static char *path_in(const struct kernel_cache *cache, const char *name)
{
    return mem_printf("%s/%s", cache->folder, name);
}

/* Where what is known of a file is noted; changes when the file does. */
static char *note_path(const struct kernel_cache *cache,
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

static bool is_key(const char *name)
{
    return strspn(name, "0123456789abcdef") == 32 && name[32] == '-';
}

/* "KEY:PATH" of a note; NULL if there is none. *path is inside it. */
static char *read_note(const char *note, const char **path)
{
    char target[4096];
    ssize_t length = readlink(note, target, sizeof(target) - 1);

    if (length < 0)
        return NULL;
    target[length] = '\0';
    char *colon = strchr(target, ':');
    if (colon == NULL || !is_key(target))
        return NULL;
    size_t key_length = (size_t)(colon - target);
    char *key = mem_strdup(target);
    key[key_length] = '\0';
    *path = key + key_length + 1;
    return key;
}

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
    cleanup_free char *path = path_in(cache, key);
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
    cleanup_free char *note = note_path(cache, status);
    const char *path;
    cleanup_free char *key = read_note(note, &path);

    return key != NULL && hold(cache, key, copy);
}

/* ---- the lock ---- */

/* The folder's descriptor, which is the lock; -1 on failure. */
static int lock_folder(const struct kernel_cache *cache, struct error *err)
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

static int open_cache(const struct kernel_cache *cache, struct error *err)
{
    cleanup_free char *notes = path_in(cache, "by-file");

    if (io_make_dirs(cache->folder, FOLDER_MODE, err) < 0 ||
        io_make_dirs(notes, FOLDER_MODE, err) < 0)
        return -1;
    return lock_folder(cache, err);
}

/* ---- what is in it ---- */

static void entry_dispose(struct kernel_cache_entry *entry)
{
    VEC_EACH (&entry->files, file)
        free(*file);
    VEC_DISPOSE(&entry->files);
    free(entry->key);
}

void kernel_cache_list_dispose(struct kernel_cache_list *list)
{
    VEC_EACH (&list->items, entry)
        entry_dispose(entry);
    VEC_DISPOSE(&list->items);
    list->bytes = 0;
}

static struct kernel_cache_entry *find_entry(struct kernel_cache_list *list,
                                             const char *key)
{
    VEC_EACH (&list->items, entry)
        if (strcmp(entry->key, key) == 0)
            return entry;
    return NULL;
}

static int compare_use(const void *a, const void *b)
{
    const struct kernel_cache_entry *left = a, *right = b;

    return (left->used > right->used) - (left->used < right->used);
}

/* Whether the note still speaks of the file that is at the path now. */
static bool is_current(const struct kernel_cache *cache, const char *note,
                       const char *path)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return false;
    cleanup_free char *now = note_path(cache, &status);
    return strcmp(now, note) == 0;
}

typedef void note_fn(const char *note, const char *key, const char *path,
                     bool current, struct kernel_cache_list *list);

static void each_note(const struct kernel_cache *cache, note_fn *act,
                      struct kernel_cache_list *list)
{
    cleanup_free char *folder = path_in(cache, "by-file");
    DIR *notes = opendir(folder);

    if (notes == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(notes)) != NULL;) {
        const char *path = "";
        cleanup_free char *note = mem_printf("%s/%s", folder, entry->d_name);
        cleanup_free char *key = read_note(note, &path);
        if (key != NULL)
            act(note, key, path, is_current(cache, note, path), list);
    }
    closedir(notes);
}

static void add_file(const char *note, const char *key, const char *path,
                     bool current, struct kernel_cache_list *list)
{
    struct kernel_cache_entry *entry = find_entry(list, key);

    if (entry != NULL && current)
        VEC_PUSH(&entry->files, mem_strdup(path));
}

static void forget_stale(const char *note, const char *key, const char *path,
                         bool current, struct kernel_cache_list *list)
{
    if (!current || find_entry(list, key) == NULL)
        unlink(note);
}

static int list_kernels(const struct kernel_cache *cache,
                        struct kernel_cache_list *list, struct error *err)
{
    DIR *folder = opendir(cache->folder);

    *list = (struct kernel_cache_list){ 0 };
    if (folder == NULL)
        return errno == ENOENT ? 0
                               : error_set_errno(err, ERR_FAILED, errno, "%s",
                                                 cache->folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat status;
        if (!is_key(entry->d_name) ||
            fstatat(dirfd(folder), entry->d_name, &status, 0) < 0)
            continue;
        VEC_PUSH(&list->items, ((struct kernel_cache_entry){
                                   .key = mem_strdup(entry->d_name),
                                   .bytes = (uint64_t)status.st_size,
                                   .used = status.st_mtim.tv_sec }));
        list->bytes += (uint64_t)status.st_size;
    }
    closedir(folder);
    if (list->items.count > 0)
        qsort(list->items.items, list->items.count,
              sizeof(list->items.items[0]), compare_use);
    return 0;
}

int kernel_cache_list(const struct kernel_cache *cache,
                      struct kernel_cache_list *list, struct error *err)
{
    if (list_kernels(cache, list, err) < 0)
        return -1;
    each_note(cache, add_file, list);
    return 0;
}

/* ---- removing ---- */

/* False if it is in use. The caller holds the folder's lock. */
static bool remove_unused(const struct kernel_cache *cache, const char *key)
{
    cleanup_free char *path = path_in(cache, key);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && unlink(path) == 0;
}

/* Removes the least recently used until no more than that is left. */
static int shrink(const struct kernel_cache *cache, uint64_t limit,
                  struct kernel_cache_cleared *cleared, struct error *err)
{
    cleanup_kernel_cache_list struct kernel_cache_list list;

    *cleared = (struct kernel_cache_cleared){ 0 };
    if (list_kernels(cache, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list.items.count && list.bytes > limit; i++) {
        struct kernel_cache_entry *entry = &list.items.items[i];
        if (!remove_unused(cache, entry->key)) {
            cleared->in_use++;
            continue;
        }
        cleared->removed++;
        cleared->bytes += entry->bytes;
        list.bytes -= entry->bytes;
        entry->key[0] = '\0'; /* no note speaks of it any more */
    }
    each_note(cache, forget_stale, &list);
    return 0;
}

int kernel_cache_clear(const struct kernel_cache *cache,
                       struct kernel_cache_cleared *cleared, struct error *err)
{
    *cleared = (struct kernel_cache_cleared){ 0 };
    if (access(cache->folder, F_OK) < 0 && errno == ENOENT)
        return 0;
    cleanup_close int lock = lock_folder(cache, err);
    if (lock < 0)
        return -1;
    return shrink(cache, 0, cleared, err);
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
    cleanup_free char *path = path_in(cache, "secret");
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
    if (kernel_unpack(&request, err) < 0 || check_unpacked(fd, packed, err) < 0)
        return error_context(err, "%s", packed->path);
    /* After a crash of the host its name must not stand for less. */
    if (fdatasync(fd) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", part);
    return 0;
}

static int add_kernel(const struct kernel_cache *cache, const char *key,
                      const struct packed *packed, struct error *err)
{
    cleanup_free char *part = path_in(cache, "part");
    cleanup_free char *path = path_in(cache, key);

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
    cleanup_free char *note = note_path(cache, &packed->status);
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
        shrink(cache, cache->limit, &cleared, NULL);
    }
    write_note(cache, key, packed);
    return 0;
}

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
    cleanup_close int lock = open_cache(cache, err);
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
