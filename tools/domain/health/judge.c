/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/health/health.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"

/* CPUID as in health.hw_caps: word and bit (Intel SDM vol. 2A, AMD APM 3). */
#define CAP_VMX(caps) (((caps)[1] >> 5) & 1u)
#define CAP_SVM(caps) (((caps)[3] >> 2) & 1u)
#define CAP_LM(caps) (((caps)[2] >> 29) & 1u)

/* Less room than this is too little for a guest's logs and records. */
#define SPACE_PROBLEM ((uint64_t)16 << 20)
#define SPACE_WARNING ((uint64_t)256 << 20)
#define FILES_WARNING ((uint64_t)1000)

/* What is left for a small guest. */
#define MEMORY_WARNING ((uint64_t)64 << 20)

/* Yields text and advice. */
static void add(struct findings *findings, enum finding_level level,
                const char *about, char *text, char *advice)
{
    struct finding finding = {
        .level = level,
        .about = about,
        .text = text,
        .advice = advice,
    };

    VEC_PUSH(&findings->list, finding);
}

const char *finding_level_name(enum finding_level level)
{
    static const char *const names[] = {
        [FINDING_OK] = "ok",
        [FINDING_NOTE] = "note",
        [FINDING_WARNING] = "warning",
        [FINDING_PROBLEM] = "problem",
    };

    return names[level];
}

static void judge_xen(const struct health *health, struct findings *findings)
{
    if (health->why_no_host != NULL)
        add(findings, FINDING_PROBLEM, "xen", mem_strdup(health->why_no_host),
            health->what_to_do != NULL ? mem_strdup(health->what_to_do) : NULL);
    else
        add(findings, FINDING_OK, "xen",
            mem_printf("Xen %d.%d answers, and so does xenstored",
                       health->xen_major, health->xen_minor),
            NULL);
}

static void judge_dom0(const struct health *health, struct findings *findings)
{
    if (health->is_dom0)
        add(findings, FINDING_OK, "dom0", mem_strdup("this is domain 0"), NULL);
    else
        add(findings, FINDING_PROBLEM, "dom0",
            mem_strdup("the kernel does not say that this is domain 0"),
            mem_strdup("boot Xen's entry; mount -t xenfs xenfs /proc/xen"));
}

/* "4.17" of "/usr/lib/libxenlight.so.4.17.0" and "4.17" of Xen. */
static bool fits_library(const struct health *health)
{
    cleanup_free char *version =
        mem_printf(".so.%d.%d", health->xen_major, health->xen_minor);
    const char *found = strstr(health->library, version);

    return found != NULL &&
           (found[strlen(version)] == '\0' || found[strlen(version)] == '.');
}

static void judge_versions(const struct health *health,
                           struct findings *findings)
{
    if (health->library == NULL)
        return;
    if (fits_library(health))
        add(findings, FINDING_OK, "versions",
            mem_printf("%s fits Xen %d.%d", health->library, health->xen_major,
                       health->xen_minor),
            NULL);
    else
        add(findings, FINDING_PROBLEM, "versions",
            mem_printf("%s is not for the Xen that runs, %d.%d",
                       health->library, health->xen_major, health->xen_minor),
            mem_strdup("reboot into the Xen of the tools, or install the tools "
                       "of this one"));
}

static void judge_cpu(const struct health *health, struct findings *findings)
{
    const uint32_t *caps = health->hw_caps;
    bool has = CAP_VMX(caps) || CAP_SVM(caps);
    const char *flag = CAP_SVM(caps) ? "svm" : "vmx";

    if (!CAP_LM(caps))
        add(findings, FINDING_PROBLEM, "cpu",
            mem_strdup("the CPU has no lm (64 bits), which Xen needs"),
            mem_strdup("another machine"));
    if (!has)
        add(findings, FINDING_WARNING, "cpu",
            mem_strdup("the CPU shows neither vmx nor svm: PV guests only"),
            mem_strdup("enable virtualization (VT-x, AMD-V) in the firmware"));
    else if (!health->xen_hvm)
        add(findings, FINDING_WARNING, "cpu",
            mem_printf("the CPU has %s, but Xen does not use it: PV guests "
                       "only",
                       flag),
            mem_strdup("enable it in the firmware; xn dmesg tells Xen's "
                       "reason"));
    else if (!health->xen_hap)
        add(findings, FINDING_NOTE, "cpu",
            mem_printf("%s without nested paging: HVM and PVH guests are slow",
                       flag),
            mem_strdup("is hap=0 on Xen's command line? xn info shows it"));
    else
        add(findings, FINDING_OK, "cpu",
            mem_printf("%s with nested paging: PV, PVH and HVM guests", flag),
            NULL);
}

static void judge_iommu(const struct health *health, struct findings *findings)
{
    if (health->xen_pci)
        add(findings, FINDING_OK, "iommu",
            mem_strdup("guests can be given PCI devices"), NULL);
    else
        add(findings, FINDING_NOTE, "iommu",
            mem_strdup("Xen uses no IOMMU: no guest can safely be given a PCI "
                       "device"),
            mem_strdup("enable VT-d or AMD-Vi in the firmware, if it is "
                       "wanted; xn dmesg tells Xen's reason"));
}

static void judge_modules(const struct health *health,
                          struct findings *findings)
{
    size_t missing = 0;

    for (size_t i = 0; i < HEALTH_MODULES; i++) {
        const struct health_module *module = &health->modules[i];
        if (module->loaded)
            continue;
        missing++;
        add(findings, FINDING_WARNING, "modules",
            mem_printf("the kernel module %s is not loaded", module->name),
            mem_printf("modprobe %s; a line in /etc/modules-load.d keeps it",
                       module->name));
    }
    if (missing == 0)
        add(findings, FINDING_OK, "modules",
            mem_strdup("the backends of disks and vifs are loaded"), NULL);
}

static void judge_bridge(const struct health *health, struct findings *findings)
{
    if (health->has_bridge)
        add(findings, FINDING_OK, "bridge",
            mem_printf("%s is there for vifs that name none", health->bridge),
            NULL);
    else
        add(findings, FINDING_WARNING, "bridge",
            mem_printf("there is no bridge %s, which vifs join that name none",
                       health->bridge),
            mem_printf("ip link add %s type bridge; or name another: "
                       "vif.default.bridge in xl.conf",
                       health->bridge));
}

static void judge_emulation(const struct health *health,
                            struct findings *findings)
{
    if (!health->xen_hvm)
        return;
    if (health->device_model == NULL)
        add(findings, FINDING_WARNING, "device model",
            mem_strdup("no emulator is installed: no HVM guests"),
            mem_strdup("install Xen's QEMU (Debian: qemu-system-xen)"));
    else
        add(findings, FINDING_OK, "device model",
            mem_printf("%s for HVM guests", health->device_model), NULL);
    if (health->firmware == NULL)
        add(findings, FINDING_WARNING, "device model",
            mem_strdup("Xen's hvmloader is missing: no HVM guests"),
            mem_printf("install Xen's utilities of this version (Debian: "
                       "xen-utils-%d.%d)",
                       health->xen_major, health->xen_minor));
}

static void judge_space(const struct health_space *space,
                        struct findings *findings)
{
    if (!space->found)
        return;
    bool full = space->free_bytes < SPACE_PROBLEM || space->free_files == 0;
    bool scarce =
        space->free_bytes < SPACE_WARNING || space->free_files < FILES_WARNING;

    if (!full && !scarce)
        return;
    add(findings, full ? FINDING_PROBLEM : FINDING_WARNING, "disk space",
        mem_printf("%s has %" PRIu64 " MiB left%s", space->path,
                   space->free_bytes >> 20,
                   space->free_files < FILES_WARNING ? ", for few files" : ""),
        mem_printf("du -xh %s | sort -h | tail", space->path));
}

static void judge_spaces(const struct health *health, struct findings *findings)
{
    size_t before = findings->list.count;

    for (size_t i = 0; i < HEALTH_SPACES; i++)
        judge_space(&health->spaces[i], findings);
    if (findings->list.count == before)
        add(findings, FINDING_OK, "disk space",
            mem_strdup("there is room for logs, records and saved guests"),
            NULL);
}

static void judge_memory(const struct health *health, struct findings *findings)
{
    uint64_t mib = health->memory_free >> 20;

    if (health->memory_free < MEMORY_WARNING)
        add(findings, FINDING_NOTE, "memory",
            mem_printf("%" PRIu64 " MiB are free for guests", mib),
            mem_strdup("xn explain-memory tells who has it"));
    else
        add(findings, FINDING_OK, "memory",
            mem_printf("%" PRIu64 " MiB are free for guests", mib), NULL);
}

static void judge_consoles(const struct health *health,
                           struct findings *findings)
{
    const struct console_daemon *daemon = &health->consoles;
    static const char keep[] =
        "start it with --log=guest --timestamp=guest: XENCONSOLED_ARGS in "
        "/etc/default/xen (Debian) or xencommons";

    if (!daemon->runs)
        add(findings, FINDING_PROBLEM, "consoles",
            mem_strdup("xenconsoled does not run: guests have no console"),
            mem_strdup("systemctl start xen (Debian) or xenconsoled"));
    else if (!daemon->logs_guests)
        add(findings, FINDING_WARNING, "consoles",
            mem_strdup("xenconsoled keeps nothing of what guests print"),
            mem_strdup(keep));
    else if (!daemon->stamps)
        add(findings, FINDING_NOTE, "consoles",
            mem_strdup("what guests print is kept without its time"),
            mem_strdup(keep));
    else
        add(findings, FINDING_OK, "consoles",
            mem_strdup("what guests print is kept, with its time"), NULL);
}

/* ---- domains ---- */

static void judge_domain(const struct health *health,
                         const struct health_domain *domain,
                         struct findings *findings)
{
    const char *name = domain->name != NULL ? domain->name : "no name";

    if (domain->dying)
        add(findings, FINDING_WARNING, "domains",
            mem_printf("domain %u (%s) is dying and holds %" PRIu64
                       " MiB: something still maps its memory",
                       domain->domid, name, domain->memory >> 20),
            mem_strdup("end what belongs to it in domain 0: a qemu, a "
                       "qemu-nbd, a device that is in use; then it goes"));
    else if (domain->name == NULL)
        add(findings, FINDING_WARNING, "domains",
            mem_printf("domain %u has no name: nobody's, if nobody makes it "
                       "just now",
                       domain->domid),
            mem_printf("xn gc; else: xn destroy %u", domain->domid));
    else if (domain->marked && !health->supervised)
        add(findings, FINDING_PROBLEM, "domains",
            mem_printf("domain %u (%s) is xnd's, and xnd does not run: its "
                       "on_reboot and on_crash do not work",
                       domain->domid, name),
            mem_strdup("systemctl start xnd; or: xnd --transient"));
    else if (!domain->marked && !domain->of_xl)
        add(findings, FINDING_NOTE, "domains",
            mem_printf("domain %u (%s) has neither xnd nor a process of xl",
                       domain->domid, name),
            mem_strdup("libvirt's are libvirt's; on_reboot and on_crash of "
                       "others do not work"));
}

static void judge_domains(const struct health *health,
                          struct findings *findings)
{
    size_t before = findings->list.count;

    VEC_EACH (&health->domains, domain)
        judge_domain(health, domain, findings);
    if (health->interrupted > 0)
        add(findings, FINDING_WARNING, "domains",
            mem_printf("%u interrupted creates left something",
                       health->interrupted),
            mem_strdup("xn gc --dry-run; xn gc"));
    if (findings->list.count == before)
        add(findings, FINDING_OK, "domains",
            mem_printf("%zu guests, each of them somebody's",
                       health->domains.count),
            NULL);
}

/* ---- all ---- */

void health_judge(const struct health *health, struct findings *findings)
{
    judge_xen(health, findings);
    judge_dom0(health, findings);
    if (health->why_no_host == NULL) {
        judge_versions(health, findings);
        judge_cpu(health, findings);
        judge_iommu(health, findings);
        judge_emulation(health, findings);
        judge_memory(health, findings);
        judge_consoles(health, findings);
        judge_domains(health, findings);
    }
    judge_modules(health, findings);
    judge_bridge(health, findings);
    judge_spaces(health, findings);
}

void findings_dispose(struct findings *findings)
{
    VEC_EACH (&findings->list, finding) {
        free(finding->text);
        free(finding->advice);
    }
    VEC_DISPOSE(&findings->list);
}
