/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What CPUs can do.
 *
 * Domains were given AVX2, BMI2, SMEP and FSRM beside what all have; XEN_LACKS
 * is a mask of the bits of leaf 7, EBX, and XEN_NO_FSRM means that one bit of
 * EDX, that the host cannot give any more.
 */
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <xenguest.h>

struct xc_cpu_policy {
    bool host;
};

xc_cpu_policy_t *xc_cpu_policy_init(void)
{
    return calloc(1, sizeof(struct xc_cpu_policy));
}

void xc_cpu_policy_destroy(xc_cpu_policy_t *policy)
{
    free(policy);
}

int xc_cpu_policy_get_system(xc_interface *xch, unsigned int policy_idx,
                             xc_cpu_policy_t *policy)
{
    policy->host = true;
    return policy_idx == XEN_SYSCTL_cpu_policy_pv_max ||
                   policy_idx == XEN_SYSCTL_cpu_policy_hvm_max
               ? 0
               : fail(EINVAL);
}

int xc_cpu_policy_get_domain(xc_interface *xch, uint32_t domid,
                             xc_cpu_policy_t *policy)
{
    policy->host = false;
    return 0;
}

int xc_cpu_policy_get_size(xc_interface *xch, uint32_t *nr_leaves,
                           uint32_t *nr_msrs)
{
    *nr_leaves = 8;
    *nr_msrs = 1;
    return 0;
}

int xc_cpu_policy_serialise(xc_interface *xch, const xc_cpu_policy_t *policy,
                            xen_cpuid_leaf_t *leaves, uint32_t *nr_leaves,
                            xen_msr_entry_t *msrs, uint32_t *nr_msrs)
{
    const char *lacks = getenv("XEN_LACKS");
    uint32_t mask =
        policy->host && lacks != NULL ? (uint32_t)strtoul(lacks, NULL, 16) : 0;
    bool fsrm = !policy->host || getenv("XEN_NO_FSRM") == NULL;

    /* "GenuineIntel" */
    leaves[0] =
        (xen_cpuid_leaf_t){ 0x0,        XEN_CPUID_NO_SUBLEAF, 0xd,
                            0x756e6547, 0x6c65746e,           0x49656e69 };
    leaves[1] =
        (xen_cpuid_leaf_t){ 0x1,       XEN_CPUID_NO_SUBLEAF, 0, 0, 1u << 19,
                            0x07898175 };
    leaves[2] = (xen_cpuid_leaf_t){ 0x7, 0,
                                    1,   0x000001a0 & ~mask,
                                    0,   fsrm ? 1u << 4 : 0 };
    *nr_leaves = 3;
    *nr_msrs = 0;
    return 0;
}
