/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernels unpacked once. libxenguest unpacks a bzImage at every boot of a PV
 * or PVH guest, which takes longer than all else of a create; here the ELF
 * file inside it is kept, and libxl is given that.
 *
 * A folder holds
 *
 *   KEY        an unpacked kernel. KEY is a hash of the packed file's content
 *              and its size. The hash is keyed with `secret`, so that whoever
 *              supplies a kernel cannot make one that has another one's key
 *   by-file/F  which KEY a file has: F is its device, inode, size and times,
 *              so that a file that was seen before is not read again. A
 *              symbolic link to nowhere, "KEY:PATH", as it is made in one step
 *              and read with one call
 *   secret     random; made once
 *   part       the kernel that is being unpacked
 *
 * Who adds or removes holds a lock on the folder; who uses a kernel holds a
 * shared lock on its file, and a kernel that is in use is not removed. Files
 * from a guest's disk must never be put in.
 */
#ifndef XENITH_DOMAIN_KERNEL_KERNEL_CACHE_H
#define XENITH_DOMAIN_KERNEL_KERNEL_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/error.h"
#include "base/vec.h"

struct kernel_cache {
    const char *folder;
    uint64_t limit;        /* bytes of all unpacked kernels together */
    uint64_t kernel_limit; /* of one, and no packed file is larger */
};

/* The host's one. */
extern const struct kernel_cache kernel_cache_of_host;

/* An unpacked kernel in use. */
struct kernel_copy {
    char *path; /* NULL: there is none; owned */
    int fd;     /* holds it; -1 if there is none */
};

#define KERNEL_COPY_INIT ((struct kernel_copy){ .fd = -1 })

/*
 * Finds the unpacked form of a kernel, or makes it. *copy stays empty for a
 * kernel that needs no unpacking (ELF), or that libxenguest has to unpack. On
 * an error too the kernel can be booted as it is; the error says why there is
 * no copy.
 */
int kernel_cache_use(const struct kernel_cache *cache, const char *kernel,
                     struct kernel_copy *copy, struct error *err);

/* The copy may be removed from now on. */
void kernel_copy_release(struct kernel_copy *copy);

struct kernel_cache_entry {
    char *key;
    uint64_t bytes;
    time_t used;       /* last */
    VEC(char *) files; /* that it was unpacked from, as far as is known */
};

struct kernel_cache_list {
    VEC(struct kernel_cache_entry) items; /* the least recently used first */
    uint64_t bytes;
};

/* A cache that was never used is an empty one. */
int kernel_cache_list(const struct kernel_cache *cache,
                      struct kernel_cache_list *list, struct error *err);
void kernel_cache_list_dispose(struct kernel_cache_list *list);
#define cleanup_kernel_cache_list \
    __attribute__((cleanup(kernel_cache_list_dispose)))

struct kernel_cache_cleared {
    unsigned int removed;
    unsigned int in_use; /* and so not removed */
    uint64_t bytes;      /* of those removed */
};

/* Removes all that no create uses at this moment. */
int kernel_cache_clear(const struct kernel_cache *cache,
                       struct kernel_cache_cleared *cleared, struct error *err);

#endif
