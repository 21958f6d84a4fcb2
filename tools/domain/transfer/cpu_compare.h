/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPUs that a guest runs on, and those that it would run on. Pure. */
#ifndef XENITH_DOMAIN_TRANSFER_CPU_COMPARE_H
#define XENITH_DOMAIN_TRANSFER_CPU_COMPARE_H

#include "domain/transfer/answer.h"
#include "host/cpu_policy.h"

/*
 * What the guest was given, and what it can be given here. A feature that it
 * may use and would miss is a reason; one that only tells of faults which a CPU
 * does not have, or of speed, is a note. pv: of whom these are.
 */
void cpu_compare(const struct cpu_features *given,
                 const struct cpu_features *offered, bool pv,
                 struct answer *answer);

#endif
