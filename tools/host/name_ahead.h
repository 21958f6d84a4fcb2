/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of all domains, asked for together. Where libxl looks for one, it
 * reads them one after the other and waits for each; at the second in a row the
 * others are read, too, and kept until anything else is asked of xenstored.
 */
#ifndef XENITH_HOST_NAME_AHEAD_H
#define XENITH_HOST_NAME_AHEAD_H

#include <stdbool.h>

#include "host/xenstore.h"

/* Zeroed is empty. */
struct name_ahead {
    bool begun; /* the last question was for a name */
    size_t next;
    struct xenstore_reads reads;
};

/*
 * Whether what is at the path is known. *value is the caller's, as xs_read has
 * it: NULL with errno where there is nothing.
 */
bool name_ahead_find(struct name_ahead *ahead, const char *path, char **value,
                     unsigned int *length);

/*
 * To be told of each question that was not found: of a name, or (path NULL) of
 * anything else, which forgets what is known. True if the names of domains
 * would be of use now, for name_ahead_read.
 */
bool name_ahead_asked(struct name_ahead *ahead, const char *path);

/*
 * Reads the names of the domains with these ids, as xenstored lists them, over
 * a connection on which nothing is under way. -1 with errno: it is of no use
 * any more.
 */
int name_ahead_read(struct name_ahead *ahead, int fd, char *const *ids,
                    unsigned int count);

#endif
