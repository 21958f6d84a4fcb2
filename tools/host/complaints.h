/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What Dom0's kernel complains of in guests' devices. It writes that below
 * error/backend in its own part of xenstore, with the backend's name
 * (drivers/xen/xenbus/xenbus_client.c), whenever a guest gives it reason to,
 * and never removes it.
 */
#ifndef XENITH_HOST_COMPLAINTS_H
#define XENITH_HOST_COMPLAINTS_H

#include <stdint.h>

#include "base/error.h"

#define COMPLAINTS "/local/domain/0/error/backend"

/* Where those of a backend are; the caller's, NULL for one of another domain.
 */
char *complaints_of(const char *backend);

/* Removes those of all devices of a guest. */
int complaints_forget(uint32_t domid, struct error *err);

#endif
