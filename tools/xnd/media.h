/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests that eject a medium, as they can from the drive's button or software:
 * libxl tells, a worker empties the drive, as xl does it.
 */
#ifndef XENITH_XND_MEDIA_H
#define XENITH_XND_MEDIA_H

#include "base/vec.h"
#include "xnd/xnd.h"

#include <libxl_event.h>

struct drive {
    libxl_evgen_disk_eject *watch;
    char *vdev; /* owned */
};

/* The drives of one guest that are watched; zeroed for none. */
struct media {
    VEC(struct drive) drives;
    uint64_t next_eject; /* not before; of the loop's clock, ms */
};

/* A drive that cannot be watched is journalled and left out. */
void media_watch(struct xnd *xnd, uint32_t domid, struct media *media);

/* Before the context is closed. */
void media_unwatch(struct xnd *xnd, struct media *media);

/*
 * The guest asked for it; libxl's event has the number of the drive as its
 * for_user (its own word for it, the vdev, libxl 4.17 looks for in the wrong
 * place). One in two seconds; what comes faster is no use of a drive, and left
 * out.
 */
void media_eject(struct xnd *xnd, struct media *media, uint32_t domid,
                 uint64_t drive);

#endif
