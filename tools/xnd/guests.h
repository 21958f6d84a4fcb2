/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guests under supervision. Each is watched until it shuts down, then
 * acted on by one worker at a time, then forgotten: a restarted guest is a new
 * domain, which its worker hands over as `xn create` does.
 */
#ifndef XENITH_XND_GUESTS_H
#define XENITH_XND_GUESTS_H

#include <stddef.h>

#include "base/json.h"
#include "xnd/xnd.h"

void guests_open(struct xnd *xnd);
void guests_close(struct xnd *xnd);

/*
 * Supervises a domain from now on; one that shut down already is acted on at
 * once. Doing it again is fine. ERR_NODOMAIN if there is none.
 */
int guests_adopt(struct xnd *xnd, uint32_t domid, struct error *err);

/*
 * Adopts every domain that carries the mark, and takes up restarts that were
 * killed half way.
 */
int guests_adopt_marked(struct xnd *xnd, struct error *err);

/* Something may have happened to this domain; one that is not ours is fine. */
void guests_notice(struct xnd *xnd, uint32_t domid);

/* The guest ejects the medium of a drive; see media_eject. */
void guests_eject(struct xnd *xnd, uint32_t domid, uint64_t drive);

/*
 * The cap of a guest's console log in bytes, from its own key or the host's;
 * also for a guest that is not supervised.
 */
uint64_t guests_console_cap(const struct xnd *xnd, const char *name,
                            uint64_t host_cap);

size_t guests_count(const struct xnd *xnd);

/* An array with an object for each. */
void guests_report(const struct xnd *xnd, struct json_writer *json);

#endif
