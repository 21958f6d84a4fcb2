/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking for nodes in xenstore, and taking them out. */
#ifndef XENITH_HOST_PRUNE_H
#define XENITH_HOST_PRUNE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/vec.h"

/*
 * Removes a node with all below it, and the parents that it leaves without
 * value and children, in one transaction. A node that is not there is fine.
 * ERR_HOST if xenstored does not answer or refuses.
 */
int prune_node(const char *path, struct error *err);

/*
 * The same if may says, within the transaction, that it may go: whoever writes
 * below the node after that makes it be asked again. *removed: it was there,
 * and is no more.
 */
int prune_node_if(const char *path, bool (*may)(void *data), void *data,
                  bool *removed, struct error *err);

/*
 * The same, may being NULL for yes, for a domain that may not write all above:
 * the parent named keep stays, and one that is not ours to remove.
 */
int prune_below(const char *path, const char *keep, bool (*may)(void *data),
                void *data, struct error *err);

struct prune_names {
    VEC(char *) list; /* owned */
};

/* Adds the names of a node's children; of a node that is not there, none. */
int prune_children(const char *path, struct prune_names *names,
                   struct error *err);
void prune_names_dispose(struct prune_names *names);
#define cleanup_prune_names __attribute__((cleanup(prune_names_dispose)))

#endif
