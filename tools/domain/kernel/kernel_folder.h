/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The folder of kernel_cache.h, for the files of the cache alone: its names,
 * its notes of known files, its lock.
 */
#ifndef XENITH_DOMAIN_KERNEL_KERNEL_FOLDER_H
#define XENITH_DOMAIN_KERNEL_KERNEL_FOLDER_H

#include <sys/stat.h>

#include "domain/kernel/kernel_cache.h"

/* The path of what has that name in the folder. The caller frees it. */
char *kernel_folder_path(const struct kernel_cache *cache, const char *name);

/* Whether an unpacked kernel can have this name. */
bool kernel_folder_is_key(const char *name);

/*
 * Where what is known of a file is noted; another path once the file changes.
 * The caller frees it.
 */
char *kernel_folder_note(const struct kernel_cache *cache,
                         const struct stat *status);

/*
 * The key in the note at that path, which the caller frees; NULL if there is
 * none. *path, of the packed file, is inside it.
 */
char *kernel_folder_read_note(const char *note, const char **path);

/*
 * Locks the folder against all others who add or remove; waits for them a few
 * minutes, and not beyond an interrupt. Yields the folder's descriptor, to be
 * closed when done, which is the lock; -1 on failure.
 */
int kernel_folder_lock(const struct kernel_cache *cache, struct error *err);

/* The same, and makes the folder if it is not there. */
int kernel_folder_open(const struct kernel_cache *cache, struct error *err);

/*
 * Removes the least recently used kernels until no more than `limit` bytes are
 * left, or only such as are in use. The caller holds the lock.
 */
int kernel_cache_shrink(const struct kernel_cache *cache, uint64_t limit,
                        struct kernel_cache_cleared *cleared,
                        struct error *err);

#endif
