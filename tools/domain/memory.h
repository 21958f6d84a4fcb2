/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much memory a running domain has, and may have. */
#ifndef XENITH_DOMAIN_MEMORY_H
#define XENITH_DOMAIN_MEMORY_H

#include "domain/state.h"

/*
 * Tells the guest's balloon driver to go to so many KiB, and Xen to hold it to
 * them. ERR_STATE if that is more than its maximum. Does not wait.
 */
int memory_set_target(const struct subject *subject, uint64_t kib,
                      struct error *err);

/* Sets the maximum, KiB; ERR_STATE if it is below the current target. */
int memory_set_max(const struct subject *subject, uint64_t kib,
                   struct error *err);

/* KiB that it has just now; 0 if it is gone. */
uint64_t memory_present(struct host *host, uint32_t domid);

#endif
