/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A running domain's virtual CPUs: how many, and where they may run. */
#ifndef XENITH_DOMAIN_VCPU_H
#define XENITH_DOMAIN_VCPU_H

#include "domain/state.h"

/*
 * Lets the guest have so many vCPUs online. ERR_STATE if it was built with
 * fewer, or if the host has fewer CPUs (unless ignore_host).
 */
int vcpu_set_count(const struct subject *subject, unsigned int count,
                   bool ignore_host, struct error *err);

#define VCPU_ALL UINT32_MAX

struct vcpu_pin {
    uint32_t vcpu;            /* or VCPU_ALL */
    const libxl_bitmap *hard; /* where it may run; NULL: as it is */
    const libxl_bitmap *soft; /* where it best runs; NULL: as it is */
    bool force; /* also lifts a temporary binding by the guest; not for all */
};

int vcpu_set_affinity(const struct subject *subject, const struct vcpu_pin *pin,
                      struct error *err);

#endif
