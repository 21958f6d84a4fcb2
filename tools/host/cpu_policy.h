/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a domain's CPUs can do, and the most that Xen can give one here: as
 * features in the numbers of xen/arch-x86/cpufeatureset.h, whose words keep
 * their meaning from one Xen to the next.
 */
#ifndef XENITH_HOST_CPU_POLICY_H
#define XENITH_HOST_CPU_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Words of 32 features; Xen 4.17 has 19 of them. */
#define CPU_WORDS 64

#define CPU_VENDOR_SIZE 13 /* "GenuineIntel" and the NUL */

struct cpu_features {
    char vendor[CPU_VENDOR_SIZE]; /* "": not known */
    unsigned int count;           /* of words; 0: nothing is known */
    uint32_t words[CPU_WORDS];
};

/* What the domain was given. ERR_HOST if Xen does not tell. */
int cpu_policy_of_domain(uint32_t domid, struct cpu_features *features,
                         struct error *err);

/* What a PV guest, or any other, can be given here. */
int cpu_policy_of_host(bool pv, struct cpu_features *features,
                       struct error *err);

/* A feature's name, as "AVX2"; NULL for one that this Xen does not know. */
const char *cpu_feature_name(unsigned int feature);

/* -- for the two above and their tests ------------------------------------- */

#if defined(__x86_64__)
#include <xenctrl.h>

/* From the leaves and registers of a policy as Xen writes them down. */
void cpu_features_read(const xen_cpuid_leaf_t *leaves, uint32_t leaf_count,
                       const xen_msr_entry_t *msrs, uint32_t msr_count,
                       struct cpu_features *features);
#endif

#endif
