/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unpacking of what compressors made: bytes in, a file out. Which format it is
 * is told by its first bytes. What is unpacked here may be hostile; callers
 * confine themselves first (base/confine.h).
 */
#ifndef XENITH_DOMAIN_KERNEL_UNPACK_H
#define XENITH_DOMAIN_KERNEL_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * The format's name ("gzip", "xz", ...) or NULL if it is none that is known.
 * *can_unpack (may be NULL) is false for one that others must unpack: lzo.
 */
const char *unpack_recognize(const void *bytes, size_t length,
                             bool *can_unpack);

struct unpack_request {
    const void *bytes;
    size_t length;
    int fd;         /* written to from its position on */
    uint64_t limit; /* more bytes than this are an ERR_SPACE */
};

/*
 * Unpacks the stream at the beginning of the bytes, and further ones of the
 * same format that follow at once, as parallel compressors write them; what
 * comes after is left alone. *done is how many bytes were written.
 */
int unpack_run(const struct unpack_request *request, uint64_t *done,
               struct error *err);

#endif
