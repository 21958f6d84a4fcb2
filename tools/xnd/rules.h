/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watch rules: nodes of xenstore that the administrator wants to hear about.
 * Here it is only noticed that something changed, and how often; a worker
 * (`xn hooks carry-out`) reads the node and runs the rule's program.
 *
 * Each watched node has one run at a time, no sooner than its rule allows
 * after the one before; changes meanwhile make one run together, so that the
 * last is never missed. What a guest writes is not even read here.
 */
#ifndef XENITH_XND_RULES_H
#define XENITH_XND_RULES_H

#include "xnd/xnd.h"

/*
 * Reads the rules and watches the host's nodes; without any nothing is watched
 * but their folder: when a file in it changes they are read anew. The hooks'
 * folders are watched for those that want to know of devices.
 */
void rules_open(struct xnd *xnd);
void rules_close(struct xnd *xnd);

/*
 * Reads them anew and yields how many are carried out. A rule that watches the
 * node that it watched before goes on where it was. On failure the rules are
 * those of before.
 */
int rules_reload(struct xnd *xnd, size_t *count, struct error *err);

/*
 * A guest is supervised from now on, or no longer. has_hooks: its own key
 * `hooks` names some. Where these or the host's want to know, its devices are
 * watched too, and a worker (`xn hooks devices`) tells of those that others
 * than xn have attached or detached.
 */
void rules_watch_guest(struct xnd *xnd, uint32_t domid, bool has_hooks);
void rules_unwatch_guest(struct xnd *xnd, uint32_t domid);

#endif
