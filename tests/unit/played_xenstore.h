/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxenstore's calls, played in this process in place of the library: nodes
 * with values, watches that fire as xenstored's do, and a descriptor that is
 * readable while one waits.
 */
#ifndef XENITH_TESTS_PLAYED_XENSTORE_H
#define XENITH_TESTS_PLAYED_XENSTORE_H

#include <stdbool.h>

/* Writes a node (value NULL: it goes) and fires the watches on or above it. */
void played_write(const char *path, const char *value);

/* The same for a node and all below it; false if there is none. */
bool played_remove(const char *path);

/* A node's value; NULL if there is none. */
const char *played_read(const char *path);

/* Domain domid owns the node, in place of domain 0. */
void played_own(const char *path, unsigned int domid);

/* Domain domid may write the node too. */
void played_let_write(const char *path, unsigned int domid);

/* From now on, or no longer, no node may be removed through xenstore.h. */
void played_keep(bool keeps);

/* How many watches there are on a path. */
unsigned int played_watches(const char *path);

/* From now on, or no longer, every call fails as without a xenstored. */
void played_die(bool dead);

/* Forgets nodes, watches and what waits. */
void played_reset(void);

#endif
