/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A running domain as it would be asked for. */
#ifndef XENITH_DOMAIN_DESCRIBE_H
#define XENITH_DOMAIN_DESCRIBE_H

#include "config/config.h"
#include "host/host.h"

/*
 * Fills spec (initialised): as the domain was made, with its own keys, and the
 * devices, memory and vCPUs that it has now.
 */
int domain_describe(struct host *host, uint32_t domid, struct domain_spec *spec,
                    struct error *err);

/*
 * Takes out what libxl fills in when it makes a domain and would fill in
 * again: the usual type of interfaces, msr_relaxed = 0, no video memory.
 */
void describe_forget_filled(libxl_domain_config *config);

#endif
