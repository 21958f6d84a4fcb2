/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernels to fill a cache with, packed by the tools that Debian has. A kernel
 * here is an ELF header and noise; a bzImage is a setup header around its
 * packed form.
 */
#ifndef XENITH_TESTS_PACKED_KERNEL_H
#define XENITH_TESTS_PACKED_KERNEL_H

#include "unit.h"

#include "domain/kernel/kernel_cache.h"

#define MIB ((size_t)1 << 20)
#define VMLINUX (MIB / 4)

#define PACKERS 7
extern const struct packer {
    const char *name;
    const char *argv[6]; /* packs standard input to standard output */
    bool appends_size;   /* Linux puts the unpacked size behind it */
} packers[PACKERS];

struct fixture {
    char *folder; /* below which all is */
    struct kernel_cache cache;
};

struct bytes {
    unsigned char *data;
    size_t length;
};

void bytes_dispose(struct bytes *bytes);
#define cleanup_bytes __attribute__((cleanup(bytes_dispose)))

/* With each test: an empty folder, and in it a cache that is still to come. */
int set_up(void **state);
int tear_down(void **state);

/* An ELF header and text that differs with the seed. */
struct bytes make_vmlinux(unsigned int seed, size_t length);

struct bytes pack(struct fixture *fixture, const struct packer *packer,
                  const struct bytes *kernel);

/* A bzImage around a payload. */
struct bytes make_bzimage(const struct bytes *packed, size_t unpacked,
                          bool append_size);

/* Files in the fixture's folder, unchanged for long; the paths to be freed. */
char *kernel_file(struct fixture *fixture, const char *name,
                  const struct bytes *image);
char *bzimage_file(struct fixture *fixture, const char *name,
                   const struct packer *packer, unsigned int seed);

void write_file(const char *path, const void *data, size_t length);
void expect_content(const char *path, const struct bytes *kernel);

/* The copy of a kernel, which must succeed. */
void use(struct fixture *fixture, const char *path, struct kernel_copy *copy);

/* How many unpacked kernels the cache has. */
size_t count_kernels(struct fixture *fixture);

/* No copy, and an error that has these words; nothing is left of the try. */
void expect_refused(struct fixture *fixture, const char *path, const char *why);

#endif
