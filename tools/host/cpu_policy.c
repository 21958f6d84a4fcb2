/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/cpu_policy.h"

#if defined(__x86_64__)

#include <errno.h>
#include <string.h>

#include <xen/sysctl.h>
#include <xenguest.h>

#include "base/mem.h"

/* -- names ----------------------------------------------------------------- */

static const struct feature_name {
    unsigned int feature;
    const char *name;
} names[] = {
#define XEN_CPUFEATURE(name, value) { value, #name },
#include <xen/arch-x86/cpufeatureset.h>
};

/* -- a policy -------------------------------------------------------------- */

enum part { EAX, EBX, ECX, EDX };

#define NONE XEN_CPUID_NO_SUBLEAF

/* Where the words come from: the comments of cpufeatureset.h. */
static const struct source {
    uint32_t leaf, subleaf;
    enum part part;
    unsigned int word;
} sources[] = {
    { 0x1, NONE, EDX, 0 },
    { 0x1, NONE, ECX, 1 },
    { 0x80000001, NONE, EDX, 2 },
    { 0x80000001, NONE, ECX, 3 },
    { 0xd, 1, EAX, 4 },
    { 0x7, 0, EBX, 5 },
    { 0x7, 0, ECX, 6 },
    { 0x80000007, NONE, EDX, 7 },
    { 0x80000008, NONE, EBX, 8 },
    { 0x7, 0, EDX, 9 },
    { 0x7, 1, EAX, 10 },
    { 0x80000021, NONE, EAX, 11 },
    { 0x7, 1, EBX, 12 },
    { 0x7, 2, EDX, 13 },
    { 0x7, 1, ECX, 14 },
    { 0x7, 1, EDX, 15 },
    { 0x80000021, NONE, ECX, 18 },
};

/* IA32_ARCH_CAPABILITIES: words 16 and 17. */
#define MSR_ARCH_CAPS 0x10au
#define WORDS_OF_ARCH_CAPS 16

#define WORDS_KNOWN 19

static uint32_t part_of(const xen_cpuid_leaf_t *leaf, enum part part)
{
    const uint32_t parts[] = { leaf->a, leaf->b, leaf->c, leaf->d };

    return parts[part];
}

/* The maker's name is in EBX, EDX and ECX of leaf 0, in this order. */
static void read_vendor(const xen_cpuid_leaf_t *leaf,
                        struct cpu_features *features)
{
    memcpy(features->vendor, &leaf->b, 4);
    memcpy(features->vendor + 4, &leaf->d, 4);
    memcpy(features->vendor + 8, &leaf->c, 4);
    features->vendor[CPU_VENDOR_SIZE - 1] = '\0';
}

static void read_leaf(const xen_cpuid_leaf_t *leaf,
                      struct cpu_features *features)
{
    if (leaf->leaf == 0)
        read_vendor(leaf, features);
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
        if (sources[i].leaf == leaf->leaf &&
            sources[i].subleaf == leaf->subleaf)
            features->words[sources[i].word] = part_of(leaf, sources[i].part);
}

void cpu_features_read(const xen_cpuid_leaf_t *leaves, uint32_t leaf_count,
                       const xen_msr_entry_t *msrs, uint32_t msr_count,
                       struct cpu_features *features)
{
    *features = (struct cpu_features){ .count = WORDS_KNOWN };
    for (uint32_t i = 0; i < leaf_count; i++)
        read_leaf(&leaves[i], features);
    for (uint32_t i = 0; i < msr_count; i++)
        if (msrs[i].idx == MSR_ARCH_CAPS) {
            uint32_t *words = &features->words[WORDS_OF_ARCH_CAPS];

            words[0] = (uint32_t)msrs[i].val;
            words[1] = (uint32_t)(msrs[i].val >> 32);
        }
}

/* -- Xen's ----------------------------------------------------------------- */

/* Whose policy: a domain's, or one that the host has. */
struct owner {
    bool is_host;
    uint32_t domid;
    unsigned int policy; /* XEN_SYSCTL_cpu_policy_* */
};

static int serialise(xc_interface *xc, const xc_cpu_policy_t *policy,
                     struct cpu_features *features)
{
    uint32_t leaf_count, msr_count;

    if (xc_cpu_policy_get_size(xc, &leaf_count, &msr_count) != 0)
        return -1;
    cleanup_free xen_cpuid_leaf_t *leaves =
        mem_zalloc(leaf_count, sizeof(*leaves));
    cleanup_free xen_msr_entry_t *msrs = mem_zalloc(msr_count, sizeof(*msrs));
    if (xc_cpu_policy_serialise(xc, policy, leaves, &leaf_count, msrs,
                                &msr_count) != 0)
        return -1;
    cpu_features_read(leaves, leaf_count, msrs, msr_count, features);
    return 0;
}

static int read_policy(xc_interface *xc, const struct owner *owner,
                       struct cpu_features *features)
{
    xc_cpu_policy_t *policy = xc_cpu_policy_init();
    int rc = policy != NULL ? 0 : -1;

    if (rc == 0 && owner->is_host)
        rc = xc_cpu_policy_get_system(xc, owner->policy, policy);
    else if (rc == 0)
        rc = xc_cpu_policy_get_domain(xc, owner->domid, policy);
    if (rc == 0)
        rc = serialise(xc, policy, features);
    int cause = errno;
    xc_cpu_policy_destroy(policy);
    errno = cause;
    return rc;
}

static int read_owner(const struct owner *owner, struct cpu_features *features,
                      struct error *err)
{
    /* Its messages would go to standard error. */
    xentoollog_logger *silent =
        (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_CRITICAL,
                                                          0);
    xc_interface *xc = xc_interface_open(silent, NULL, 0);

    *features = (struct cpu_features){ 0 };
    int rc = xc != NULL ? read_policy(xc, owner, features) : -1;
    int cause = errno;
    if (xc != NULL)
        xc_interface_close(xc);
    xtl_logger_destroy(silent);
    if (rc != 0)
        return error_set_errno(err, ERR_HOST, cause, "Xen's CPU features");
    return 0;
}

int cpu_policy_of_domain(uint32_t domid, struct cpu_features *features,
                         struct error *err)
{
    const struct owner owner = { .domid = domid };

    return read_owner(&owner, features, err);
}

int cpu_policy_of_host(bool pv, struct cpu_features *features,
                       struct error *err)
{
    const struct owner owner = { .is_host = true,
                                 .policy = pv ? XEN_SYSCTL_cpu_policy_pv_max
                                              : XEN_SYSCTL_cpu_policy_hvm_max };

    return read_owner(&owner, features, err);
}

const char *cpu_feature_name(unsigned int feature)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].feature == feature)
            return names[i].name;
    return NULL;
}

#else

static int not_here(struct cpu_features *features, struct error *err)
{
    *features = (struct cpu_features){ 0 };
    return error_set(err, ERR_HOST, "CPU features are known on x86 alone");
}

int cpu_policy_of_domain(uint32_t domid, struct cpu_features *features,
                         struct error *err)
{
    return not_here(features, err);
}

int cpu_policy_of_host(bool pv, struct cpu_features *features,
                       struct error *err)
{
    return not_here(features, err);
}

const char *cpu_feature_name(unsigned int feature)
{
    return NULL;
}

#endif
