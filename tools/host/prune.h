/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking nodes out of xenstore. */
#ifndef XENITH_HOST_PRUNE_H
#define XENITH_HOST_PRUNE_H

#include "base/error.h"

/*
 * Removes a node with all below it, and the parents that it leaves without
 * value and children, in one transaction. A node that is not there is fine.
 * ERR_HOST if xenstored does not answer or refuses.
 */
int prune_node(const char *path, struct error *err);

#endif
