/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/cpu_compare.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

/* What a guest loses with a feature. */
enum loss {
    LOSS_FATAL, /* instructions, registers: it may crash */
    LOSS_NOTED, /* safety or speed */
    LOSS_NONE,
};

/*
 * Those that are not fatal; what they mean is in Intel's manual, volume 2,
 * CPUID, in AMD's, volume 3, appendix E, and in Xen's cpufeatureset.h.
 */
static const struct {
    const char *name;
    enum loss loss;
} rows[] = {
    /* Of the topology or the state of the host's registers: Xen sets them. */
    { "HTT", LOSS_NONE },
    { "CMP_LEGACY", LOSS_NONE },
    { "APIC", LOSS_NONE },
    { "X2APIC", LOSS_NONE },
    { "OSXSAVE", LOSS_NONE },
    { "OSPKE", LOSS_NONE },
    { "HYPERVISOR", LOSS_NONE },
    /* They tell of what a CPU does not do. */
    { "FDP_EXCP_ONLY", LOSS_NONE },
    { "NO_FPU_SEL", LOSS_NONE },
    { "RSBA", LOSS_NONE },
    { "RRSBA", LOSS_NONE },
    { "RTM_ALWAYS_ABORT", LOSS_NONE },
    { "NO_LMSL", LOSS_NONE },
    { "NSCB", LOSS_NOTED },
    /* The same instructions, but faster. */
    { "SS", LOSS_NOTED },
    { "ERMS", LOSS_NOTED },
    { "FSRM", LOSS_NOTED },
    { "FZRM", LOSS_NOTED },
    { "FSRS", LOSS_NOTED },
    { "FSRCS", LOSS_NOTED },
    { "FFXSR", LOSS_NOTED },
    { "LFENCE_DISPATCH", LOSS_NOTED },
    { "RSTR_FP_ERR_PTRS", LOSS_NOTED },
    /* A clock that keeps its pace. */
    { "ITSC", LOSS_NOTED },
    /* Advice on what protects best, or that there is some. */
    { "MD_CLEAR", LOSS_NOTED },
    { "FB_CLEAR", LOSS_NOTED },
    { "VERW_CLEAR", LOSS_NOTED },
    { "RFDS_CLEAR", LOSS_NOTED },
    { "IBPB_RET", LOSS_NOTED },
    { "IBPB_BRTYPE", LOSS_NOTED },
    { "IBRS_ALWAYS", LOSS_NOTED },
    { "STIBP_ALWAYS", LOSS_NOTED },
    { "IBRS_FAST", LOSS_NOTED },
    { "IBRS_SAME_MODE", LOSS_NOTED },
    { "ARCH_CAPS", LOSS_NOTED },
    { "EIBRS", LOSS_NOTED },
    { "SKIP_L1DFL", LOSS_NOTED },
};

/* As MDS_NO: a fault that it does not have. */
static bool tells_of_no_fault(const char *name)
{
    size_t length = strlen(name);

    return length > 3 && strcmp(name + length - 3, "_NO") == 0;
}

static enum loss loss_of(const char *name)
{
    if (name == NULL)
        return LOSS_FATAL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].loss;
    return tells_of_no_fault(name) ? LOSS_NOTED : LOSS_FATAL;
}

static void add_name(struct strbuf *list, unsigned int feature,
                     const char *name)
{
    strbuf_puts(list, list->length > 0 ? ", " : "");
    if (name == NULL)
        strbuf_printf(list, "feature %u of word %u", feature % 32,
                      feature / 32);
    for (; name != NULL && *name != '\0'; name++)
        strbuf_putc(list, (char)tolower((unsigned char)*name));
}

static void sort_feature(unsigned int feature, struct strbuf *fatal,
                         struct strbuf *noted)
{
    const char *name = cpu_feature_name(feature);
    enum loss loss = loss_of(name);

    if (loss == LOSS_FATAL)
        add_name(fatal, feature, name);
    else if (loss == LOSS_NOTED)
        add_name(noted, feature, name);
}

/*
 * A guest's leaf 0x80000001 edx (word 2) repeats features of leaf 1 edx on
 * AMD's CPUs; Xen lists what it offers once (CPUID_COMMON_1D_FEATURES of its
 * gen-cpuid.py).
 */
#define REPEATING_WORD 2u
#define REPEATED UINT32_C(0x0183f3ff)

/* false: it is looked at elsewhere. */
static bool is_given(const struct cpu_features *given, unsigned int feature)
{
    uint32_t bit = UINT32_C(1) << feature % 32;

    if (feature / 32 == REPEATING_WORD && (bit & REPEATED) != 0)
        return false;
    return (given->words[feature / 32] & bit) != 0;
}

static void compare_features(const struct cpu_features *given,
                             const struct cpu_features *offered,
                             struct answer *answer)
{
    cleanup_strbuf struct strbuf fatal = { 0 }, noted = { 0 };

    for (unsigned int i = 0; i < given->count * 32; i++) {
        uint32_t bit = UINT32_C(1) << i % 32;
        uint32_t here = i / 32 < offered->count ? offered->words[i / 32] : 0;

        if (is_given(given, i) && (here & bit) == 0)
            sort_feature(i, &fatal, &noted);
    }
    if (fatal.length > 0)
        answer_add(answer, true, "its CPUs lack what the guest was given: %s",
                   fatal.text);
    if (noted.length > 0)
        answer_add(answer, false,
                   "its CPUs are less safe or slower than the guest was told: "
                   "%s",
                   noted.text);
}

void cpu_compare(const struct cpu_features *given,
                 const struct cpu_features *offered, bool pv,
                 struct answer *answer)
{
    if (given->count == 0 || offered->count == 0)
        return;
    /* An HVM guest calls Xen by an instruction that is the maker's own. */
    if (given->vendor[0] != '\0' && offered->vendor[0] != '\0' &&
        strcmp(given->vendor, offered->vendor) != 0)
        answer_add(answer, !pv,
                   "its CPUs are of another maker: %s, the guest's are of %s",
                   offered->vendor, given->vendor);
    compare_features(given, offered, answer);
}
