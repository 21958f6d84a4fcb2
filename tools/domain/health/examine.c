/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/health/health.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/paths.h"
#include "domain/emulation.h"
#include "domain/life/managed.h"
#include "domain/life/supervisor.h"
#include "domain/life/xl_daemon.h"
#include "domain/record.h"
#include "host/domains.h"
#include "host/facts.h"
#include "host/mark.h"

/* What libxl takes where xl.conf and the guest say nothing. */
#define DEFAULT_BRIDGE "xenbr0"

static void look_at_kernel(struct health *health)
{
    static const char *const names[HEALTH_MODULES] = {
        "xen-blkback",
        "xen-netback",
        "xen-gntdev",
        "loop",
    };
    cleanup_free char *capabilities = NULL;
    size_t length;

    health->is_dom0 = io_read_file("/proc/xen/capabilities", 4096,
                                   &capabilities, &length, NULL) == 0 &&
                      strstr(capabilities, "control_d") != NULL;
    for (size_t i = 0; i < HEALTH_MODULES; i++) {
        cleanup_free char *path = mem_printf("/sys/module/%s", names[i]);
        for (char *at = path; (at = strchr(at, '-')) != NULL;)
            *at = '_';
        health->modules[i].name = names[i];
        health->modules[i].loaded = access(path, F_OK) == 0;
    }
    /* One that is built in shows by its device alone. */
    if (access("/dev/xen/gntdev", F_OK) == 0)
        health->modules[2].loaded = true;
}

static void look_at_bridge(const struct xlconf *defaults, struct health *health)
{
    health->bridge = mem_strdup(
        defaults->vif_bridge != NULL ? defaults->vif_bridge : DEFAULT_BRIDGE);
    cleanup_free char *path =
        mem_printf("/sys/class/net/%s/bridge", health->bridge);
    cleanup_free char *open_vswitch =
        mem_printf("/sys/class/net/%s/upper_ovs-system", health->bridge);
    health->has_bridge =
        strchr(health->bridge, '/') == NULL &&
        (access(path, F_OK) == 0 || access(open_vswitch, F_OK) == 0);
}

static void look_at_space(struct health *health)
{
    static const char *const paths[HEALTH_SPACES] = {
        MANAGED_SAVED, XENITH_RUNDIR,  XENITH_STATEDIR,
        XENITH_LOGDIR, "/var/log/xen",
    };
    struct statvfs status;

    for (size_t i = 0; i < HEALTH_SPACES; i++) {
        struct health_space *space = &health->spaces[i];
        space->path = paths[i];
        if (statvfs(paths[i], &status) < 0)
            continue;
        space->found = true;
        space->free_bytes = (uint64_t)status.f_bfree * status.f_frsize;
        space->free_files = status.f_files == 0 ? UINT64_MAX : status.f_ffree;
    }
}

static void look_at_emulation(struct health *health)
{
    health->device_model =
        emulation_find_qemu(health->xen_major, health->xen_minor);
    health->firmware =
        emulation_find_hvmloader(health->xen_major, health->xen_minor);
}

/* ---- with Xen ---- */

/* The very file that is at work in this process. */
static char *find_library(void)
{
    Dl_info info;

    if (dladdr((void *)libxl_ctx_alloc, &info) == 0 || info.dli_fname == NULL)
        return NULL;
    char *path = realpath(info.dli_fname, NULL);
    return path != NULL ? path : mem_strdup(info.dli_fname);
}

/* Which shows, too, whether Xen understands the library's hypercalls. */
static int look_at_xen(struct host *host, struct health *health,
                       struct error *err)
{
    cleanup_host_facts struct host_facts facts = { 0 };

    if (host_facts_read(host, &facts, err) < 0)
        return -1;
    memcpy(health->hw_caps, facts.phys.hw_cap, sizeof(health->hw_caps));
    health->xen_hvm = facts.phys.cap_hvm;
    health->xen_hap = facts.phys.cap_hap;
    health->xen_pci = facts.phys.cap_hvm_directio;
    health->xen_major = facts.xen->xen_version_major;
    health->xen_minor = facts.xen->xen_version_minor;
    health->memory_free =
        (facts.phys.free_pages + facts.phys.scrub_pages) * 4096;
    health->library = find_library();
    return 0;
}

static bool has_process_of_xl(const struct health_domain *domain)
{
    struct xl_daemon daemon;

    if (domain->name == NULL ||
        !xl_daemon_find(XL_DAEMON_LOGS, domain->name, &daemon) ||
        daemon.domid != domain->domid)
        return false;
    cleanup_close int fd = xl_daemon_open(&daemon);
    return fd >= 0;
}

static int look_at_domains(struct host *host, struct health *health,
                           struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    struct mark mark;

    if (domain_list_read(&list, DOMAIN_NAMES, err) < 0)
        return -1;
    VEC_EACH (&list.items, info) {
        if (info->domid == 0)
            continue;
        struct health_domain domain = {
            .domid = info->domid,
            .name = steal(info->name),
            .dying = info->dying,
            .memory = info->memory,
        };
        if (mark_read(info->domid, &mark, &domain.marked, NULL) < 0)
            domain.marked = false;
        domain.of_xl = has_process_of_xl(&domain);
        VEC_PUSH(&health->domains, domain);
    }
    return record_sweep(host, true, &health->interrupted, err);
}

static void look_at_supervisor(struct health *health)
{
    cleanup_supervisor struct supervisor supervisor = SUPERVISOR_INIT;

    health->supervised =
        supervisor_ask_running(&supervisor, "{\"request\":\"status\"}", NULL);
}

static void note_no_host(const struct error *why, struct health *health)
{
    health->why_no_host = mem_strdup(why->message);
    if (why->hint != NULL)
        health->what_to_do = mem_strdup(why->hint);
}

void health_examine(struct host *host, const struct error *why,
                    const struct xlconf *defaults, struct health *health)
{
    cleanup_error struct error err = ERROR_INIT;

    look_at_kernel(health);
    look_at_bridge(defaults, health);
    look_at_space(health);
    if (host == NULL) {
        note_no_host(why, health);
        return;
    }
    look_at_supervisor(health);
    console_log_examine(&console_log_of_host, &health->consoles);
    if (look_at_xen(host, health, &err) < 0 ||
        look_at_domains(host, health, &err) < 0)
        note_no_host(&err, health);
    else
        look_at_emulation(health);
}

void health_dispose(struct health *health)
{
    free(health->why_no_host);
    free(health->what_to_do);
    free(health->library);
    free(health->bridge);
    free(health->device_model);
    free(health->firmware);
    VEC_EACH (&health->domains, domain)
        free(domain->name);
    VEC_DISPOSE(&health->domains);
}
