/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which of a guest's disks and network interfaces it has connected with their
 * backends. Told by the backends' own states, where libxl noted that they are
 * (/libxl/DOMID/device/KIND/DEVID/backend); nothing that the guest writes is
 * read.
 */
#ifndef XENITH_HOST_CONNECTED_H
#define XENITH_HOST_CONNECTED_H

#include <stdint.h>

#include "base/error.h"

/* How many there are. ERR_HOST if xenstored does not answer. */
int connected_count(uint32_t domid, unsigned int *count, struct error *err);

/*
 * Waits until so many are, or all that it has, for wait_ms milliseconds at
 * most. 1: they are, 0: not in that time, -1: xenstored does not answer
 * (ERR_HOST).
 */
int connected_await(uint32_t domid, unsigned int wanted, int wait_ms,
                    struct error *err);

#endif
