/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The own keys of a running domain, kept in libxl's user data: a file of each
 * domain that libxl removes with it.
 */
#ifndef XENITH_DOMAIN_OWN_H
#define XENITH_DOMAIN_OWN_H

#include "config/config.h"
#include "host/host.h"

int own_keep(struct host *host, uint32_t domid, const struct domain_own *own,
             struct error *err);

/*
 * own as domain_spec_init left it; it stays so for a domain of another
 * toolstack.
 */
int own_recall(struct host *host, uint32_t domid, struct domain_own *own,
               struct error *err);

#endif
