/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's name in libxl's record of a domain, from which the domain is
 * shown, restarted and migrated: the one that the user gave, not that of the
 * unpacked copy, which may be gone by then.
 */
#ifndef XENITH_DOMAIN_KERNEL_RECORD_H
#define XENITH_DOMAIN_KERNEL_RECORD_H

#include "host/host.h"

int kernel_record_set(struct host *host, uint32_t domid, const char *kernel,
                      struct error *err);

#endif
