/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name of a domain. */
#ifndef XENITH_DOMAIN_NAME_H
#define XENITH_DOMAIN_NAME_H

#include "domain/state.h"

/* ERR_STATE if another domain has the name. */
int name_change(const struct subject *subject, const char *name,
                struct error *err);

#endif
