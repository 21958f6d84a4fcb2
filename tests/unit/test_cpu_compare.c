/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest would miss on other CPUs: from Xen's leaves to words. */
#include "unit.h"

#include "domain/transfer/cpu_compare.h"

/* Features by their place in Intel's manual: leaf, register, bit. */
#define LEAF7_EBX_AVX2 (1u << 5)
#define LEAF7_EBX_SMEP (1u << 7)
#define LEAF7_EDX_FSRM (1u << 4)
#define LEAF1_ECX_SSE42 (1u << 20)
#define LEAF1_EDX_HTT (1u << 28)
#define ARCH_CAPS_MDS_NO (UINT64_C(1) << 5)
#define ARCH_CAPS_ITS_NO (UINT64_C(1) << 62)

/* A policy that Xen could tell. */
struct policy {
    xen_cpuid_leaf_t leaves[6];
    xen_msr_entry_t msrs[2];
};

static const struct policy plain = {
    .leaves = { { 0, XEN_CPUID_NO_SUBLEAF, 0xd, 0x756e6547, 0x6c65746e,
                  0x49656e69 },
                { 1, XEN_CPUID_NO_SUBLEAF, 0, 0, LEAF1_ECX_SSE42,
                  LEAF1_EDX_HTT | 1 },
                { 7, 0, 0, LEAF7_EBX_AVX2 | LEAF7_EBX_SMEP, 0, LEAF7_EDX_FSRM },
                /* The same registers of another subleaf. */
                { 7, 1, 0x10, 0, 0, 0 },
                { 0xd, 1, 0x3, 0, 0, 0 },
                { 0x80000001, XEN_CPUID_NO_SUBLEAF, 0, 0, 1, 1u << 29 } },
    .msrs = { { 0x1b, 0, UINT64_MAX },
              { 0x10a, 0, ARCH_CAPS_MDS_NO | ARCH_CAPS_ITS_NO } },
};

static struct cpu_features read_policy(const struct policy *policy)
{
    struct cpu_features features;

    cpu_features_read(policy->leaves, 6, policy->msrs, 2, &features);
    return features;
}

static void leaves_become_words(void **state)
{
    const struct cpu_features got = read_policy(&plain);

    assert_string_equal(got.vendor, "GenuineIntel");
    assert_int_equal(got.count, 19);
    assert_int_equal(got.words[0], LEAF1_EDX_HTT | 1);
    assert_int_equal(got.words[1], LEAF1_ECX_SSE42);
    assert_int_equal(got.words[2], 1u << 29);
    assert_int_equal(got.words[3], 1);
    assert_int_equal(got.words[4], 0x3);
    assert_int_equal(got.words[5], LEAF7_EBX_AVX2 | LEAF7_EBX_SMEP);
    assert_int_equal(got.words[6], 0);
    assert_int_equal(got.words[9], LEAF7_EDX_FSRM);
    assert_int_equal(got.words[10], 0x10);
    assert_int_equal(got.words[16], (uint32_t)ARCH_CAPS_MDS_NO);
    assert_int_equal(got.words[17], ARCH_CAPS_ITS_NO >> 32);
}

static void features_have_names(void **state)
{
    assert_string_equal(cpu_feature_name(5 * 32 + 5), "AVX2");
    assert_string_equal(cpu_feature_name(16 * 32 + 62), "ITS_NO");
    assert_null(cpu_feature_name(0 * 32 + 10));
    assert_null(cpu_feature_name(63 * 32));
}

/* -- what is said ---------------------------------------------------------- */

static void expect_said(const struct cpu_features *given,
                        const struct cpu_features *offered, bool pv,
                        const char *reasons, const char *notes)
{
    cleanup_answer struct answer got = { 0 };

    cpu_compare(given, offered, pv, &got);
    assert_string_equal(got.reasons.text ? got.reasons.text : "", reasons);
    assert_string_equal(got.notes.text ? got.notes.text : "", notes);
}

static void the_same_cpus_lack_nothing(void **state)
{
    const struct cpu_features given = read_policy(&plain);

    expect_said(&given, &given, false, "", "");
}

static void more_than_the_guest_has_is_fine(void **state)
{
    const struct cpu_features given = read_policy(&plain);
    struct cpu_features offered = given;

    offered.words[5] |= 1u << 16;
    offered.words[CPU_WORDS - 1] = 1;
    offered.count = CPU_WORDS;
    expect_said(&given, &offered, false, "", "");
}

static void what_a_guest_may_use_is_a_reason(void **state)
{
    const struct cpu_features given = read_policy(&plain);
    struct cpu_features offered = given;

    offered.words[5] &= ~LEAF7_EBX_AVX2;
    offered.words[1] &= ~LEAF1_ECX_SSE42;
    expect_said(&given, &offered, false,
                "its CPUs lack what the guest was given: sse4_2, avx2\n", "");
}

static void faults_and_speed_are_notes(void **state)
{
    const struct cpu_features given = read_policy(&plain);
    struct cpu_features offered = given;

    offered.words[9] = offered.words[16] = offered.words[17] = 0;
    expect_said(&given, &offered, true, "",
                "its CPUs are less safe or slower than the guest was told: "
                "fsrm, mds_no, its_no\n");
}

/* Xen makes them as the domain is made. */
static void what_xen_sets_itself_is_not_compared(void **state)
{
    const struct cpu_features given = read_policy(&plain);
    struct cpu_features offered = given;

    offered.words[0] &= ~LEAF1_EDX_HTT;
    expect_said(&given, &offered, false, "", "");
}

static void a_newer_xens_features_have_numbers(void **state)
{
    struct cpu_features given = read_policy(&plain);
    const struct cpu_features offered = given;

    given.count = 21;
    given.words[20] = 1u << 3;
    expect_said(&given, &offered, false,
                "its CPUs lack what the guest was given: feature 3 of word "
                "20\n",
                "");
}

static void an_older_xens_words_end_earlier(void **state)
{
    const struct cpu_features given = read_policy(&plain);
    struct cpu_features offered = given;

    offered.count = 9;
    expect_said(&given, &offered, false,
                "its CPUs lack what the guest was given: avx_vnni\n",
                "its CPUs are less safe or slower than the guest was told: "
                "fsrm, mds_no, its_no\n");
}

/* On AMD's, FPU to FXSR are in leaf 0x80000001, too; Xen lists them once. */
static void what_amd_repeats_is_looked_at_once(void **state)
{
    struct cpu_features given = read_policy(&plain);
    struct cpu_features offered = given;

    given.words[0] |= 0x0183f3ff;
    given.words[2] |= 0x0183f3ff;
    offered.words[0] |= 0x0183f3ff;
    expect_said(&given, &offered, false, "", "");
    offered.words[2] = 0;
    expect_said(&given, &offered, false,
                "its CPUs lack what the guest was given: lm\n", "");
}

static void another_maker_is_a_reason_but_for_pv(void **state)
{
    static const char text[] =
        "its CPUs are of another maker: AuthenticAMD, the guest's are of "
        "GenuineIntel\n";
    const struct cpu_features given = read_policy(&plain);
    struct cpu_features offered = given;

    memcpy(offered.vendor, "AuthenticAMD", CPU_VENDOR_SIZE);
    expect_said(&given, &offered, false, text, "");
    expect_said(&given, &offered, true, "", text);
    offered.vendor[0] = '\0';
    expect_said(&given, &offered, false, "", "");
}

static void what_is_not_known_is_not_compared(void **state)
{
    const struct cpu_features given = read_policy(&plain);
    const struct cpu_features nothing = { 0 };

    expect_said(&nothing, &given, false, "", "");
    expect_said(&given, &nothing, false, "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_become_words),
        cmocka_unit_test(features_have_names),
        cmocka_unit_test(the_same_cpus_lack_nothing),
        cmocka_unit_test(more_than_the_guest_has_is_fine),
        cmocka_unit_test(what_a_guest_may_use_is_a_reason),
        cmocka_unit_test(faults_and_speed_are_notes),
        cmocka_unit_test(what_xen_sets_itself_is_not_compared),
        cmocka_unit_test(a_newer_xens_features_have_numbers),
        cmocka_unit_test(an_older_xens_words_end_earlier),
        cmocka_unit_test(what_amd_repeats_is_looked_at_once),
        cmocka_unit_test(another_maker_is_a_reason_but_for_pv),
        cmocka_unit_test(what_is_not_known_is_not_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
