/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a device is made of on this host: its nodes in xenstore, the loop
 * device that its hook set up, its network interface. Noted while it is there,
 * so that it can be made sure afterwards that all of it went.
 */
#ifndef XENITH_DEVICE_TRACES_H
#define XENITH_DEVICE_TRACES_H

#include "device/kind.h"

/* The nodes of a device in xenstore. */
enum device_node {
    DEVICE_RECORD, /* libxl's */
    DEVICE_BACKEND,
    DEVICE_FRONTEND,
    DEVICE_COMPLAINTS, /* the kernel's */
    DEVICE_NODES,      /* how many there are */
};

struct device_traces {
    char *nodes[DEVICE_NODES]; /* NULL: none; owned */
    char *loop;                /* "loop3", or NULL */
    char *loop_file;           /* what is behind it */
    char *interface;           /* "vif3.0", or NULL */
};

/* Of a kind without a node there are none. */
int device_traces_read(struct device_traces *traces,
                       const struct device_kind *kind,
                       const struct device_owner *owner, const void *device,
                       struct error *err);

/*
 * Waits a little for the kernel to let go, then removes what is left. An
 * ERR_DEVICE names what cannot be removed.
 */
int device_traces_clear(const struct device_traces *traces, struct error *err);

void device_traces_dispose(struct device_traces *traces);
#define cleanup_device_traces __attribute__((cleanup(device_traces_dispose)))

#endif
