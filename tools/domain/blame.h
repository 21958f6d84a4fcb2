/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a failed libxl_domain_create to the part that failed. */
#ifndef XENITH_DOMAIN_BLAME_H
#define XENITH_DOMAIN_BLAME_H

#include "host/host.h"

/*
 * Makes the error of a create that failed with rc: which part (boot loader,
 * image, disk, vif, device model), the first cause, and the end of that
 * part's log where it has one. Returns -1.
 */
int blame_create(struct host *host, const libxl_domain_config *config, int rc,
                 struct error *err);

#endif
