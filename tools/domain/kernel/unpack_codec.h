/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the codecs of unpack.c share: each has a file of its own and decodes
 * exactly one stream.
 */
#ifndef XENITH_DOMAIN_KERNEL_UNPACK_CODEC_H
#define XENITH_DOMAIN_KERNEL_UNPACK_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define UNPACK_BLOCK ((size_t)256 << 10)

/* The most memory that a decoder may want, bytes. Linux packs with at most
 * 128 MiB of history (scripts/Makefile.lib, zstd22). */
#define UNPACK_MEMORY ((uint64_t)256 << 20)

/* One unpacking under way. */
struct unpack {
    const unsigned char *next; /* the packed bytes that are left */
    size_t left;
    int fd;
    uint64_t done;
    uint64_t limit;
};

/* Writes what was unpacked. */
int unpack_put(struct unpack *unpack, const void *bytes, size_t length,
               struct error *err);

/* The two ways in which packed bytes can be wrong; they return -1. */
int unpack_is_cut(struct error *err);
int unpack_is_corrupt(struct error *err);

/* They begin at the stream's magic number and leave next behind its end. */
int unpack_bzip2(struct unpack *unpack, struct error *err);
int unpack_gzip(struct unpack *unpack, struct error *err);
int unpack_lz4(struct unpack *unpack, struct error *err);
int unpack_lz4_legacy(struct unpack *unpack, struct error *err);
int unpack_lzma(struct unpack *unpack, struct error *err); /* and xz */
int unpack_zstd(struct unpack *unpack, struct error *err);

#endif
