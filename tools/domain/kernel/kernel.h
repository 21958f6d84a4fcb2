/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a kernel image is, read from its first bytes without running or
 * unpacking anything. Whether Xen can boot it libxenguest decides; this finds
 * what can never boot before a domain is made.
 */
#ifndef XENITH_DOMAIN_KERNEL_KERNEL_H
#define XENITH_DOMAIN_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum kernel_format {
    KERNEL_UNKNOWN,
    KERNEL_ELF,
    KERNEL_BZIMAGE,    /* Linux' boot protocol, Documentation/x86/boot.rst */
    KERNEL_COMPRESSED, /* a compressed file of something, e.g. gzip of ELF */
};

struct kernel_image {
    enum kernel_format format;
    uint64_t file_bytes;
    /*
     * The least memory that its loaded form can take: the unpacked size of a
     * bzImage (the last word of its payload), the span of an ELF's segments.
     * 0 where the headers do not say.
     */
    uint64_t least_bytes;
    /* Where the packed kernel is in the file; length 0: nowhere. */
    uint64_t payload_offset;
    uint64_t payload_length;
    /* What may be able to boot it: false only where it certainly cannot. QEMU
     * boots HVM guests' kernels. */
    bool boots_pv, boots_pvh, boots_qemu;
};

/*
 * Looks at the file. ERR_CONFIG names it when it cannot be read, is no regular
 * file, or is of no known format.
 */
int kernel_probe(const char *path, struct kernel_image *image,
                 struct error *err);

/* The same for a file that is open; path is for the error. */
int kernel_probe_fd(int fd, const char *path, struct kernel_image *image,
                    struct error *err);

#endif
