/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One xenstore node that says what Dom0 is to open or do, watched. Such a node
 * is believed only while no guest may write it (XSA-57): its value and its
 * permissions are read as one.
 */
#ifndef XENITH_HOST_NODE_H
#define XENITH_HOST_NODE_H

#include <stdbool.h>

#include "base/error.h"

struct node_watch; /* a connection to xenstored of its own */

/*
 * Watches a node, and domains that end ("@releaseDomain"). *watch is the
 * caller's. ERR_HOST if xenstored does not answer.
 */
int node_watch_open(struct node_watch **watch, const char *path,
                    struct error *err);
void node_watch_close(struct node_watch *watch); /* NULL is fine */

/* Readable after a change, also once at the beginning. */
int node_watch_fd(const struct node_watch *watch);

/*
 * Takes what made it readable; *written says whether it was the node. ERR_HOST
 * if xenstored is gone.
 */
int node_watch_drain(struct node_watch *watch, bool *written,
                     struct error *err);

/*
 * The node's value, the caller's; NULL if there is no such node. A node that
 * some guest may write is refused with an ERR_FAILED that names it.
 */
int node_read_trusted(struct node_watch *watch, char **value,
                      struct error *err);

#endif
