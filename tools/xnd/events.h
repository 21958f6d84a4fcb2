/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What happens to the guests of this host, whoever made them, told to the
 * subscribers of the control socket. While there is none, nothing is watched
 * and nothing is kept.
 */
#ifndef XENITH_XND_EVENTS_H
#define XENITH_XND_EVENTS_H

#include "xnd/census.h"
#include "xnd/xnd.h"

/* Notes how things are and watches from now on; fine when it does already. */
int events_open(struct xnd *xnd, struct error *err);
void events_close(struct xnd *xnd);

/* Something may have changed that no watch tells of, a pause for one. */
void events_look(struct xnd *xnd);

/*
 * Tells what no look can find out, about a guest that the subscribers know;
 * another one is fine.
 */
void events_tell(struct xnd *xnd, uint32_t domid, enum event_kind kind,
                 const char *cause, const char *device);

#endif
