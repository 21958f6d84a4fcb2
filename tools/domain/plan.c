/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/plan.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "device/disk.h"
#include "device/pci.h"
#include "domain/hooks/hooks.h"
#include "domain/loader.h"
#include "domain/steps.h"

static void add_step(struct plan *plan, char *text, unsigned int index,
                     int (*run)(struct create *, unsigned int, struct error *),
                     void (*undo)(struct create *, unsigned int))
{
    VEC_PUSH(&plan->steps,
             ((struct plan_step){
                 .text = text, .index = index, .run = run, .undo = undo }));
}

/* A check: nothing is changed, so there is nothing to undo. */
static void add_check(struct plan *plan, char *text, const char *key,
                      unsigned int index,
                      int (*run)(struct create *, unsigned int, struct error *))
{
    VEC_PUSH(&plan->steps,
             ((struct plan_step){
                 .text = text, .key = key, .index = index, .run = run }));
}

static void add_kernel_checks(struct plan *plan,
                              const libxl_domain_build_info *build)
{
    if (build->kernel != NULL)
        add_check(plan, mem_printf("check the kernel %s", build->kernel),
                  "kernel", 0, step_check_kernel);
    if (build->ramdisk != NULL)
        add_check(plan, mem_printf("check the ramdisk %s", build->ramdisk),
                  "ramdisk", 0, step_check_ramdisk);
}

static void add_boot_checks(struct plan *plan,
                            const libxl_domain_config *config)
{
    if (!loader_runs(config)) {
        add_kernel_checks(plan, &config->b_info);
        return;
    }
    /* Its kernel and ramdisk are on the guest's disk. */
    add_check(plan,
              mem_printf("check the boot loader %s", config->b_info.bootloader),
              "bootloader", 0, step_check_loader);
}

static void add_model_check(struct plan *plan,
                            const libxl_domain_build_info *build)
{
    if (build->device_model != NULL)
        add_check(plan,
                  mem_printf("check the device model %s", build->device_model),
                  "device_model_override", 0, step_check_device_model);
}

static void add_device_checks(struct plan *plan,
                              const libxl_domain_config *config)
{
    for (int i = 0; i < config->num_disks; i++) {
        const libxl_device_disk *disk = &config->disks[i];
        cleanup_free char *label = disk_label(disk, (unsigned int)i);
        add_check(plan,
                  mem_printf("check %s: %s", label,
                             disk->pdev_path ? disk->pdev_path : "empty"),
                  "disk", (unsigned int)i, step_check_disk);
    }
    for (int i = 0; i < config->num_nics; i++) {
        const char *bridge = config->nics[i].bridge;
        add_check(plan,
                  mem_printf("check vif %d: bridge %s", i,
                             bridge ? bridge : "by default"),
                  "vif", (unsigned int)i, step_check_nic);
    }
}

/* Those that libxl adds when the domain is made already. */
static void add_late_device_checks(struct plan *plan,
                                   const libxl_domain_config *config)
{
    for (int i = 0; i < config->num_pcidevs; i++) {
        const libxl_device_pci *pci = &config->pcidevs[i];
        cleanup_free char *address = pci_address(pci);
        add_check(plan,
                  mem_printf("check the PCI device %s",
                             pci->name ? pci->name : address),
                  "pci", (unsigned int)i, step_check_pci);
    }
    for (int i = 0; i < config->num_usbdevs; i++)
        add_check(plan,
                  mem_printf("check the USB device %u.%u",
                             config->usbdevs[i].u.hostdev.hostbus,
                             config->usbdevs[i].u.hostdev.hostaddr),
                  "usbdev", (unsigned int)i, step_check_usbdev);
    for (int i = 0; i < config->num_p9s; i++) {
        const char *path = config->p9s[i].path;
        add_check(plan, mem_printf("check the share %s", path ? path : ""),
                  "p9", (unsigned int)i, step_check_p9);
    }
}

void plan_make_checks(struct plan *plan, const libxl_domain_config *config,
                      bool boots)
{
    add_check(plan,
              mem_printf("check that the name %s is free", config->c_info.name),
              "name", 0, step_check_name);
    if (boots)
        add_boot_checks(plan, config);
    add_model_check(plan, &config->b_info);
    add_device_checks(plan, config);
    add_late_device_checks(plan, config);
}

/* QEMU loads an HVM guest's kernel by itself, and wants it as it is; one that
 * a boot loader finds is the guest's own and nothing to share. */
static bool boots_unpacked(const libxl_domain_config *config)
{
    return config->c_info.type != LIBXL_DOMAIN_TYPE_HVM &&
           config->b_info.kernel != NULL && !loader_runs(config);
}

/* What libxl gives where nothing is said: libxl_create.c,
 * libxl__domain_build_info_setdefault. */
#define DEFAULT_VCPUS 1
#define DEFAULT_MEMKB (32u << 10)

static char *describe_build(const struct create *create)
{
    const libxl_domain_config *config = &create->spec->config;
    const char *type = libxl_domain_type_to_string(config->c_info.type);
    int vcpus = config->b_info.max_vcpus;
    unsigned long long memkb = config->b_info.max_memkb;

    if (vcpus == 0)
        vcpus = DEFAULT_VCPUS;
    if (memkb == LIBXL_MEMKB_DEFAULT)
        memkb = DEFAULT_MEMKB;
    return mem_printf("%s the %s domain: %d vcpus, %llu MiB, %d disks, "
                      "%d vifs",
                      create->source != NULL ? "restore" : "make",
                      type ? type : "new", vcpus, memkb >> 10,
                      config->num_disks, config->num_nics);
}

static bool has_hooks(const struct create *create, enum hook_event event)
{
    return hooks_any(&hook_place_of_host, event, create->spec->own.hooks);
}

/* Where there are none the step is left out. */
static void add_hooks(struct plan *plan, const struct create *create,
                      enum hook_event event)
{
    if (has_hooks(create, event))
        add_step(plan, mem_printf("tell the hooks: %s", hook_event_name(event)),
                 (unsigned int)event, step_tell_hooks, NULL);
}

static void add_prepare(struct plan *plan, const struct create *create)
{
    if (has_hooks(create, HOOK_PREPARE) || has_hooks(create, HOOK_STOPPED))
        add_step(plan, mem_strdup("ask the hooks: prepare"), 0, step_prepare,
                 step_unprepare);
}

/* What need not be done before the guest runs again, which stands still on both
 * hosts until then. None of it fails. */
static void add_rest_of_arrival(struct plan *plan, const struct create *create)
{
    add_step(plan, mem_strdup("let its drivers connect"), 0, step_await_drivers,
             NULL);
    add_step(plan, mem_strdup("tell that it runs"), 0, step_tell_sender, NULL);
    if (create->supervise)
        add_step(plan, mem_strdup("hand it to the supervisor"), 0,
                 step_supervise_taken, NULL);
    else
        add_step(plan, mem_strdup("have the supervisor look"), 0, step_look,
                 NULL);
    add_step(plan, mem_strdup("settle it with the sender"), 0, step_settle,
             NULL);
    add_hooks(plan, create, HOOK_MIGRATE_IN);
}

void plan_make(struct plan *plan, const struct create *create)
{
    const libxl_domain_config *config = &create->spec->config;

    *plan = (struct plan){ 0 };
    plan_make_checks(plan, config, create->source == NULL);
    if (create->takeover == NULL)
        add_check(plan, mem_strdup("check that it is on no other host"), "name",
                  0, step_check_away);
    if (config->num_disks > 0)
        add_step(plan, mem_strdup("see that disks begin as their formats do"),
                 0, step_look_at_disks, NULL);
    add_prepare(plan, create);
    if (create->source == NULL && boots_unpacked(config))
        add_step(plan, mem_strdup("take the kernel unpacked, from the cache"),
                 0, step_unpack_kernel, NULL);
    add_step(plan, mem_strdup("find the memory, and claim it"), 0,
             step_find_memory, NULL);
    add_step(plan, mem_strdup("note the intention, for the clean-up"), 0,
             step_note, step_forget_note);
    add_step(plan, describe_build(create), 0, step_build, step_unbuild);
    if (create->source != NULL)
        add_step(plan, mem_strdup("see that the image was whole"), 0,
                 step_finish_source, NULL);
    if (create->takeover != NULL)
        add_step(plan, mem_strdup("ask for it, and give it its name"), 0,
                 step_take_over, step_refuse);
    else
        add_hooks(plan, create, HOOK_CREATED);
    if (create->supervise && create->takeover == NULL)
        add_step(plan, mem_strdup("hand it to the supervisor"), 0,
                 step_supervise, NULL);
    if (create->gate != NULL && !create->paused)
        add_step(plan, mem_strdup("wait for those that are made beside it"), 0,
                 step_wait_at_gate, NULL);
    if (create->takeover != NULL && !create->paused)
        add_step(plan, mem_strdup("note that it starts here"), 0,
                 step_note_start, NULL);
    if (!create->paused)
        add_step(plan, mem_strdup("start it"), 0, step_unpause, NULL);
    if (create->takeover != NULL)
        add_rest_of_arrival(plan, create);
    else if (!create->paused)
        add_hooks(plan, create, HOOK_STARTED);
}

void plan_dispose(struct plan *plan)
{
    VEC_EACH (&plan->steps, step)
        free(step->text);
    VEC_DISPOSE(&plan->steps);
}

static void undo_steps(const struct plan *plan, struct create *create,
                       size_t done)
{
    while (done-- > 0) {
        const struct plan_step *step = &plan->steps.items[done];
        if (step->undo == NULL)
            continue;
        log_debug("undo: %s", step->text);
        step->undo(create, step->index);
    }
}

int plan_run(const struct plan *plan, struct create *create, struct error *err)
{
    for (size_t i = 0; i < plan->steps.count; i++) {
        const struct plan_step *step = &plan->steps.items[i];
        int64_t begin = clock_now_ms();
        log_debug("%s", step->text);
        if (step->run(create, step->index, err) == 0) {
            log_info("%lld ms: %s", (long long)(clock_now_ms() - begin),
                     step->text);
            continue;
        }
        /* The failed step too: it may have got half way. */
        undo_steps(plan, create, i + 1);
        return -1;
    }
    return 0;
}
