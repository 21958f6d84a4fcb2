/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A log that another program appends to, kept below a cap. Files that are no
 * regular ones, and names that are links, are left alone.
 */
#ifndef XENITH_XND_LOG_CAP_H
#define XENITH_XND_LOG_CAP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A log over cap bytes becomes PATH.1; with a cap of 0 it is emptied. true: its
 * writer is to be told to begin another.
 */
bool log_cap_rotate(const char *path, uint64_t cap);

/*
 * For a writer that cannot be told, and appends (O_APPEND): of a log over cap
 * bytes the last quarter of cap stays, below a line that says so. What is
 * written meanwhile may be lost. true: it was cut.
 */
bool log_cap_cut(const char *path, uint64_t cap);

#endif
