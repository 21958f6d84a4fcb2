/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What xn doctor says of a host. */
#include "unit.h"

#include "domain/health/health.h"

/* A host that nothing is wrong with; its text is constant. */
static struct health sound(void)
{
    struct health health = {
        .is_dom0 = true,
        .hw_caps = { 0, 0, 1u << 29, 1u << 2 }, /* lm, svm */
        .xen_hvm = true,
        .xen_hap = true,
        .xen_pci = true,
        .xen_major = 4,
        .xen_minor = 17,
        .library = (char *)"/usr/lib/libxenlight.so.4.17.0",
        .memory_free = (uint64_t)1 << 30,
        .bridge = (char *)"xenbr0",
        .has_bridge = true,
        .device_model = (char *)"/usr/bin/qemu",
        .firmware = (char *)"/usr/lib/xen/boot/hvmloader",
        .supervised = true,
        .consoles = { .runs = true, .logs_guests = true, .stamps = true },
    };

    for (size_t i = 0; i < HEALTH_MODULES; i++)
        health.modules[i] = (struct health_module){ "loop", true };
    for (size_t i = 0; i < HEALTH_SPACES; i++)
        health.spaces[i] =
            (struct health_space){ "/srv", true, (uint64_t)1 << 40, 1 << 20 };
    return health;
}

/* The findings that are not fine, as "warning cpu; "; each must have advice. */
static void expect(const struct health *health, const char *expected)
{
    cleanup_free char *text = mem_strdup("");
    struct findings findings = { 0 };

    health_judge(health, &findings);
    VEC_EACH (&findings.list, finding) {
        if (finding->level == FINDING_OK)
            continue;
        assert_non_null(finding->advice);
        cleanup_free char *before = text;
        text = mem_printf("%s%s %s; ", before,
                          finding_level_name(finding->level), finding->about);
    }
    findings_dispose(&findings);
    assert_string_equal(text, expected);
}

static void expect_text(const struct health *health, const char *about,
                        const char *text)
{
    struct findings findings = { 0 };
    bool found = false;

    health_judge(health, &findings);
    VEC_EACH (&findings.list, finding)
        found |= strcmp(finding->about, about) == 0 &&
                 strstr(finding->text, text) != NULL;
    findings_dispose(&findings);
    if (!found)
        fail_msg("no finding about %s says '%s'", about, text);
}

static void a_sound_host_has_no_findings(void **state)
{
    struct health health = sound();

    expect(&health, "");
    expect_text(&health, "cpu", "svm");
}

static void without_xen_the_rest_is_looked_at(void **state)
{
    struct health health = sound();

    health.why_no_host = (char *)"this machine does not run under Xen";
    health.what_to_do = (char *)"install the hypervisor";
    health.is_dom0 = false;
    health.has_bridge = false;
    expect(&health, "problem xen; problem dom0; warning bridge; ");
    expect_text(&health, "xen", "does not run under Xen");
}

static void a_cpu_without_virtualization_runs_pv(void **state)
{
    struct health health = sound();

    health.hw_caps[3] = 0;
    health.xen_hvm = health.xen_hap = false;
    expect(&health, "warning cpu; ");
    expect_text(&health, "cpu", "neither vmx nor svm");
}

static void what_xen_made_of_the_cpu_is_told(void **state)
{
    struct health health = sound();

    health.hw_caps[3] = 0;
    health.hw_caps[1] = 1u << 5; /* vmx */
    expect(&health, "");
    expect_text(&health, "cpu", "vmx");
    health.xen_hap = false;
    expect(&health, "note cpu; ");
    health.xen_hvm = false;
    expect(&health, "warning cpu; ");
    expect_text(&health, "cpu", "Xen does not use it");
    health.hw_caps[2] = 0; /* lm */
    expect(&health, "problem cpu; warning cpu; ");
}

static void no_iommu_is_no_fault(void **state)
{
    struct health health = sound();

    health.xen_pci = false;
    expect(&health, "note iommu; ");
}

static void tools_of_another_version_are_a_problem(void **state)
{
    struct health health = sound();

    health.xen_minor = 1; /* 4.17 begins with 4.1 */
    expect(&health, "problem versions; ");
    health.xen_minor = 19;
    expect(&health, "problem versions; ");
    expect_text(&health, "versions", "4.19");
}

static void what_guests_need_is_missing(void **state)
{
    struct health health = sound();

    health.modules[1].loaded = false;
    health.device_model = NULL;
    health.firmware = NULL;
    health.memory_free = 0;
    expect(&health, "warning device model; warning device model; "
                    "note memory; warning modules; ");
    health.xen_hvm = false; /* then nobody misses an emulator */
    expect(&health, "warning cpu; note memory; warning modules; ");
}

static void room_is_bytes_and_files(void **state)
{
    struct health health = sound();

    health.spaces[0].free_bytes = (uint64_t)100 << 20;
    expect(&health, "warning disk space; ");
    expect_text(&health, "disk space", "/srv has 100 MiB left");
    health.spaces[0].free_bytes = 0;
    expect(&health, "problem disk space; ");
    health.spaces[0].found = false;
    health.spaces[1].free_files = 0;
    expect(&health, "problem disk space; ");
    health.spaces[1].free_files = UINT64_MAX;
    expect(&health, "");
}

static void consoles_are_kept_with_their_times(void **state)
{
    struct health health = sound();

    health.consoles.stamps = false;
    expect(&health, "note consoles; ");
    health.consoles.logs_guests = false;
    expect(&health, "warning consoles; ");
    expect_text(&health, "consoles", "keeps nothing");
    health.consoles.runs = false;
    expect(&health, "problem consoles; ");
}

static void every_domain_is_somebodys(void **state)
{
    struct health health = sound();
    struct health_domain domain = { .domid = 5, .name = (char *)"web" };

    VEC_PUSH(&health.domains, domain);
    struct health_domain *web = &health.domains.items[0];
    expect(&health, "note domains; ");
    web->of_xl = true;
    expect(&health, "");
    web->of_xl = false;
    web->marked = true;
    expect(&health, "");
    health.supervised = false;
    expect(&health, "problem domains; ");
    web->name = NULL;
    expect(&health, "warning domains; ");
    web->dying = true;
    web->memory = (uint64_t)3 << 20;
    expect(&health, "warning domains; ");
    expect_text(&health, "domains", "dying and holds 3 MiB");
    health.interrupted = 2;
    expect(&health, "warning domains; warning domains; ");
    VEC_DISPOSE(&health.domains);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_sound_host_has_no_findings),
    cmocka_unit_test(without_xen_the_rest_is_looked_at),
    cmocka_unit_test(a_cpu_without_virtualization_runs_pv),
    cmocka_unit_test(what_xen_made_of_the_cpu_is_told),
    cmocka_unit_test(no_iommu_is_no_fault),
    cmocka_unit_test(tools_of_another_version_are_a_problem),
    cmocka_unit_test(what_guests_need_is_missing),
    cmocka_unit_test(consoles_are_kept_with_their_times),
    cmocka_unit_test(room_is_bytes_and_files),
    cmocka_unit_test(every_domain_is_somebodys),
};

UNIT_MAIN(tests)
