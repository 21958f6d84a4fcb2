/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration that libxl keeps of a running domain. */
#ifndef XENITH_HOST_STORED_H
#define XENITH_HOST_STORED_H

#include "host/host.h"

/*
 * As libxl's JSON, indented by four; the caller's. NULL with err if there is
 * none or it cannot be read.
 */
char *stored_config_json(struct host *host, uint32_t domid, struct error *err);

#endif
