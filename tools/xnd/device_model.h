/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The QEMU of a guest: its death is noticed when it happens. That libxl ends
 * it, with its domain, is no death.
 */
#ifndef XENITH_XND_DEVICE_MODEL_H
#define XENITH_XND_DEVICE_MODEL_H

#include "xnd/xnd.h"

struct device_model;

typedef void device_model_died(void *arg);

/* NULL if the domain has none, or one that cannot be watched. */
struct device_model *device_model_watch(struct xnd *xnd, uint32_t domid,
                                        device_model_died *died, void *arg);

void device_model_unwatch(struct device_model *model); /* NULL is fine */

#endif
