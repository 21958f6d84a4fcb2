/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration that libxl keeps of a running domain. */
#ifndef XENITH_HOST_STORED_H
#define XENITH_HOST_STORED_H

#include "host/host.h"

/*
 * Fills config (initialised) with the domain as it is now: as it was made,
 * with the devices, memory and vCPUs that it has today.
 */
int stored_config_read(struct host *host, uint32_t domid,
                       libxl_domain_config *config, struct error *err);

/*
 * As libxl's JSON, indented by four; the caller's. NULL with err if there is
 * none or it cannot be read.
 */
char *stored_config_json(struct host *host, uint32_t domid, struct error *err);

/*
 * Keeps a file's text beside it, of which the domain's next life is made in
 * place of that configuration: what xl's config-update does, and where it
 * does it.
 */
int stored_config_update(struct host *host, uint32_t domid, const char *text,
                         size_t length, struct error *err);

/*
 * Lets edit change the configuration that libxl keeps; what libxl itself
 * changes at the same moment is lost.
 */
int stored_config_edit(struct host *host, uint32_t domid,
                       void (*edit)(libxl_domain_config *config,
                                    const void *arg),
                       const void *arg, struct error *err);

#endif
