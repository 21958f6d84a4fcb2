/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XENITH_DOMAIN_DESTROY_H
#define XENITH_DOMAIN_DESTROY_H

#include "host/host.h"

/*
 * Ends a domain at once and removes everything that belongs to it: devices,
 * device model, xenstore nodes, records. Returns when it is gone. A domain
 * that is gone already is a success, so it can be run again at any time.
 * Not interrupted by signals: half a destroy helps nobody.
 */
int domain_destroy(struct host *host, uint32_t domid, struct error *err);

#endif
