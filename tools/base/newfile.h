/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A large file that has its name only once it is complete: what was there
 * under that name survives any failure. Until then it has no name at all
 * (O_TMPFILE), so a process may simply end; where the file system has no such
 * files it is a hidden one beside its place. Pipes and devices are written to
 * as they are. base/io.h has io_replace_file for small ones.
 */
#ifndef XENITH_BASE_NEWFILE_H
#define XENITH_BASE_NEWFILE_H

#include <stdbool.h>

#include "base/error.h"

struct newfile {
    int fd;
    char *place; /* where it shall appear, links followed; owned */
    char *name;  /* the temporary name, NULL while it has none; owned */
    bool direct; /* a pipe or device: neither named nor synced */
};

#define NEWFILE_INIT ((struct newfile){ .fd = -1 })

/*
 * Mode 0600. "-" is standard output. With a temporary name in use (name is not
 * NULL) whoever opened it must get to newfile_dispose.
 */
int newfile_open(struct newfile *file, const char *path, struct error *err);

/*
 * Syncs it and gives it its name, and syncs that; no signal comes in between.
 */
int newfile_publish(struct newfile *file, struct error *err);

/* Closes it; unless it was published it is gone. */
void newfile_dispose(struct newfile *file);

#endif
