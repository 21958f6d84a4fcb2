/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/inspect.h"

#include "device/disk.h"
#include "device/nic.h"
#include "domain/abilities.h"
#include "domain/memory_need.h"
#include "domain/plan.h"

/* Takes the error over. */
static void add_finding(struct inspection *inspection, bool fatal,
                        const char *key, unsigned int index,
                        struct error *error)
{
    VEC_PUSH(
        &inspection->findings,
        ((struct inspect_finding){
            .fatal = fatal, .key = key, .index = index, .error = *error }));
}

static void run_checks(struct host *host, struct domain_spec *spec,
                       const struct xlconf *defaults,
                       struct inspection *inspection)
{
    struct create create = { .host = host, .spec = spec, .defaults = defaults };
    struct plan plan = { 0 };

    plan_make_checks(&plan, &spec->config, true);
    VEC_EACH (&plan.steps, step) {
        struct error err = ERROR_INIT;

        if (step->run(&create, step->index, &err) < 0)
            add_finding(inspection, true, step->key, step->index, &err);
    }
    plan_dispose(&plan);
}

static void find_memory(struct host *host, const struct domain_spec *spec,
                        const struct xlconf *defaults,
                        struct inspection *inspection)
{
    struct error err = ERROR_INIT;

    if (memory_need_check(host, spec, defaults, &err) < 0)
        add_finding(inspection, true, "memory", 0, &err);
}

static void find_abilities(struct host *host, const struct domain_spec *spec,
                           struct inspection *inspection)
{
    const struct ability *ability;
    libxl_physinfo info;
    size_t at = 0;

    libxl_physinfo_init(&info);
    if (libxl_get_physinfo(host->ctx, &info) == 0) {
        while ((ability = abilities_next_lacking(&spec->config, &info, &at)) !=
               NULL) {
            struct error err = ERROR_INIT;

            error_set(&err, ERR_CONFIG, "%s", ability->message);
            if (ability->hint != NULL)
                error_hint(&err, "%s", ability->hint);
            add_finding(inspection, ability->fatal, ability->key, 0, &err);
        }
    }
    libxl_physinfo_dispose(&info);
}

static void look_at_disks(const struct domain_spec *spec,
                          struct inspection *inspection)
{
    for (int i = 0; i < spec->config.num_disks; i++) {
        const libxl_device_disk *disk = &spec->config.disks[i];
        cleanup_free char *label = disk_label(disk, (unsigned int)i);
        struct error err = ERROR_INIT;

        if (disk_check_format(disk, label, &err) < 0)
            add_finding(inspection, false, "disk", (unsigned int)i, &err);
    }
}

static void look_at_nics(struct host *host, const struct domain_spec *spec,
                         struct inspection *inspection)
{
    for (int i = 0; i < spec->config.num_nics; i++) {
        cleanup_free char *label = mem_printf("vif %d", i);
        struct error err = ERROR_INIT;

        if (nic_check_mac(host, &spec->config.nics[i], label,
                          spec->config.c_info.name, &err) < 0)
            add_finding(inspection, false, "vif", (unsigned int)i, &err);
    }
}

void inspect_host(struct host *host, struct domain_spec *spec,
                  const struct xlconf *defaults, struct inspection *inspection)
{
    run_checks(host, spec, defaults, inspection);
    find_abilities(host, spec, inspection);
    find_memory(host, spec, defaults, inspection);
    look_at_disks(spec, inspection);
    look_at_nics(host, spec, inspection);
}

void inspection_dispose(struct inspection *inspection)
{
    VEC_EACH (&inspection->findings, finding)
        error_dispose(&finding->error);
    VEC_DISPOSE(&inspection->findings);
}
