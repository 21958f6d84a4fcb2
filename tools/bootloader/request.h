/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libxl asks of a boot loader (make_bootloader_args in its
 * libxl_bootloader.c), and what xn adds: which one to run, and for how long.
 */
#ifndef XENITH_BOOTLOADER_REQUEST_H
#define XENITH_BOOTLOADER_REQUEST_H

#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"

/* xn's own arguments; the first of each counts. */
#define REQUEST_LOADER "--loader="
#define REQUEST_DEADLINE "--deadline=" /* seconds */

#define REQUEST_DEADLINE_MAX 3600

struct request {
    const char *loader;      /* an absolute path; borrowed, as all of these */
    const char *output;      /* the file that libxl reads the answer from */
    const char *directory;   /* where libxl wants kernel and ramdisk */
    const char *disk;        /* a file or a block device */
    int64_t timeout_ms;      /* how long the boot loader may take */
    VEC(const char *) words; /* for the boot loader, as they are */
};

/* ERR_USAGE names what is missing. */
int request_read(struct request *request, int argc, char **argv,
                 struct error *err);
void request_dispose(struct request *request);
#define cleanup_request __attribute__((cleanup(request_dispose)))

#endif
