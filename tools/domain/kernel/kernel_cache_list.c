/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in the cache, and its removal. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "domain/kernel/kernel_folder.h"

/* ---- listing ---- */

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
    cleanup_free char *now = kernel_folder_note(cache, &status);
    return strcmp(now, note) == 0;
}

typedef void note_fn(const char *note, const char *key, const char *path,
                     bool current, struct kernel_cache_list *list);

static void each_note(const struct kernel_cache *cache, note_fn *act,
                      struct kernel_cache_list *list)
{
    cleanup_free char *folder = kernel_folder_path(cache, "by-file");
    DIR *notes = opendir(folder);

    if (notes == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(notes)) != NULL;) {
        const char *path = "";
        cleanup_free char *note = mem_printf("%s/%s", folder, entry->d_name);
        cleanup_free char *key = kernel_folder_read_note(note, &path);
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
        if (!kernel_folder_is_key(entry->d_name) ||
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
    cleanup_free char *path = kernel_folder_path(cache, key);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && unlink(path) == 0;
}

int kernel_cache_shrink(const struct kernel_cache *cache, uint64_t limit,
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
    cleanup_close int lock = kernel_folder_lock(cache, err);
    if (lock < 0)
        return -1;
    return kernel_cache_shrink(cache, 0, cleared, err);
}
