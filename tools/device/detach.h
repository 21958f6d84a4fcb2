/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taking a device from a running domain, with an end: the guest is asked and
 * has so long to let go of it, then it is taken away, then it is made sure
 * that nothing is left.
 */
#ifndef XENITH_DEVICE_DETACH_H
#define XENITH_DEVICE_DETACH_H

#include <stdbool.h>

#include "device/kind.h"

/* What is done about a guest that does not let go. */
enum detach_force {
    DETACH_FORCE_LATER, /* taken away when the time is over */
    DETACH_FORCE_NOW,   /* taken away without asking */
    DETACH_FORCE_NEVER, /* an ERR_TIMEOUT; the guest keeps it */
};

/* libxl's own patience with a guest; all kinds but disks have this at most. */
#define DETACH_WAIT_MS 10000

struct detach_choice {
    enum detach_force force;
    int wait_ms; /* how long the guest has */
};

/*
 * Returns when the device is gone from xenstore and from this host. A device
 * that went meanwhile is a success, so it can be run again at any time. A
 * signal ends the waiting for the guest with an error, but not what comes
 * after it. ERR_DEVICE names what is left.
 */
int device_detach(const struct device_kind *kind,
                  const struct device_owner *owner, void *device,
                  const struct detach_choice *choice, struct error *err);

#endif
