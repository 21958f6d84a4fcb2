/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a create looks at and says before and after Xen has a word in it. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device/disk.h"
#include "device/nic.h"
#include "device/script.h"
#include "device/usbdev.h"
#include "domain/blame.h"
#include "domain/guest_log.h"
#include "domain/plan.h"
#include "domain/stand_in.h"
#include "domain/steps.h"

static void a_segment_that_does_not_fit_is_put_in_mib(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    assert_true(blame_segment("xc_dom_chk_alloc_pages: segment kernel too "
                              "large (0x3a00 > 0x4000 - 0x1000 pages): Out of "
                              "memory",
                              &err));
    expect_error(&err, ERR_CONFIG,
                 "the kernel needs 74 MiB (58 MiB from 16 MiB on) of the "
                 "64 MiB given");
    assert_false(blame_segment("no loader found", &err));
    assert_false(blame_segment(NULL, &err));
    expect_no_error(&err);
}

static void a_name_that_was_taken_meanwhile_is_said_as_one(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    assert_true(blame_name("Domain 7:Domain with name \"web\" already exists.",
                           "web", &err));
    expect_error(&err, ERR_STATE,
                 "the name web is taken by a domain made meanwhile");
    error_dispose(&err);
    assert_false(blame_name("device already exists in xenstore", "web", &err));
    assert_false(blame_name(NULL, "web", &err));
    expect_no_error(&err);
}

static libxl_device_disk make_disk(char *path, libxl_disk_format format)
{
    return (libxl_device_disk){ .pdev_path = path,
                                .vdev = (char *)"xvda",
                                .format = format,
                                .readwrite = 1 };
}

static void a_missing_disk_is_named(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    libxl_device_disk disk =
        make_disk((char *)"/srv/none.img", LIBXL_DISK_FORMAT_RAW);

    assert_int_equal(disk_check(&disk, "disk 2 (xvda)", &err), -1);
    expect_error(&err, ERR_CONFIG,
                 "disk 2 (xvda): /srv/none.img: No such file or directory");
}

static void an_empty_or_odd_disk_is_refused(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = scratch_path("disk");
    libxl_device_disk disk = make_disk(path, LIBXL_DISK_FORMAT_RAW);

    assert_int_equal(io_replace_file(path, 0600, "", 0, NULL), 0);
    assert_int_equal(disk_check(&disk, "disk 1 (xvda)", &err), -1);
    assert_non_null(strstr(err.message, "the file is empty"));
    error_dispose(&err);
    scratch_remove(path);
    disk.pdev_path = (char *)"/dev/zero";
    assert_int_equal(disk_check(&disk, "disk 1 (xvda)", &err), -1);
    expect_error(&err, ERR_CONFIG,
                 "disk 1 (xvda): /dev/zero: neither a file "
                 "nor a block device");
}

static void what_others_provide_is_not_checked(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    libxl_device_disk disk =
        make_disk((char *)"iqn.2001-05.com:disk", LIBXL_DISK_FORMAT_RAW);

    disk.script = (char *)"block-iscsi";
    assert_int_equal(disk_check(&disk, "disk 1 (xvda)", &err), 0);
    disk = make_disk(NULL, LIBXL_DISK_FORMAT_EMPTY);
    assert_int_equal(disk_check(&disk, "disk 1 (xvda)", &err), 0);
    expect_no_error(&err);
}

static void a_missing_bridge_is_named(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    libxl_device_nic nic = { .bridge = (char *)"xenbr99" };

    assert_int_equal(nic_check(&nic, "vif 0", "xenbr0", &err), -1);
    expect_error(&err, ERR_CONFIG, "vif 0: bridge xenbr99: no such interface");
    nic.bridge = (char *)"lo";
    assert_int_equal(nic_check(&nic, "vif 3", "xenbr0", &err), -1);
    expect_error(&err, ERR_CONFIG, "vif 3: bridge lo: not a bridge");
    nic.bridge = (char *)"../lo";
    assert_int_equal(nic_check(&nic, "vif 0", "xenbr0", &err), -1);
    expect_error(&err, ERR_CONFIG, "vif 0: '../lo' cannot be a bridge");
    nic.script = (char *)"/etc/xen/scripts/vif-route";
    assert_int_equal(nic_check(&nic, "vif 0", "xenbr0", &err), 0);
}

static void a_name_cannot_lead_a_log_elsewhere(void **state)
{
    cleanup_free char *path = guest_log_path("../../etc/passwd");

    assert_string_equal(strrchr(path, '/'), "/.._.._etc_passwd.log");
}

static void a_plan_lists_what_the_domain_has(void **state)
{
    struct domain_spec cleanup_domain_spec spec;
    struct create create = { .spec = &spec, .paused = true };
    struct plan plan;

    domain_spec_init(&spec);
    spec.config.c_info.name = mem_strdup("web");
    spec.config.c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    spec.config.b_info.kernel = mem_strdup("/boot/vmlinuz");
    plan_make(&plan, &create);
    assert_string_equal(plan.steps.items[0].text,
                        "check that the name web is free");
    assert_string_equal(plan.steps.items[1].text,
                        "check the kernel /boot/vmlinuz");
    /* Neither supervised nor started: making it is the last step. */
    const struct plan_step *last = &plan.steps.items[plan.steps.count - 1];
    assert_string_equal(
        last->text, "make the pvh domain: 1 vcpus, 32 MiB, 0 disks, 0 vifs");
    plan_dispose(&plan);
}

static bool plan_has(const struct plan *plan, const char *text)
{
    for (size_t i = 0; i < plan->steps.count; i++)
        if (strstr(plan->steps.items[i].text, text) != NULL)
            return true;
    return false;
}

static void expect_cached(libxl_domain_type type, const char *bootloader,
                          bool expected)
{
    struct domain_spec cleanup_domain_spec spec;
    struct create create = { .spec = &spec };
    struct plan plan;

    domain_spec_init(&spec);
    spec.config.c_info.name = mem_strdup("web");
    spec.config.c_info.type = type;
    spec.config.b_info.kernel = mem_strdup("/boot/vmlinuz");
    if (bootloader != NULL)
        spec.config.b_info.bootloader = mem_strdup(bootloader);
    plan_make(&plan, &create);
    assert_int_equal(plan_has(&plan, "take the kernel unpacked"), expected);
    plan_dispose(&plan);
}

/* QEMU loads HVM's itself; what a boot loader finds is the guest's own. */
static void only_a_kernel_that_libxenguest_loads_is_cached(void **state)
{
    expect_cached(LIBXL_DOMAIN_TYPE_PV, NULL, true);
    expect_cached(LIBXL_DOMAIN_TYPE_PVH, NULL, true);
    expect_cached(LIBXL_DOMAIN_TYPE_HVM, NULL, false);
    expect_cached(LIBXL_DOMAIN_TYPE_PV, "pygrub", false);
}

/* libxl's find_local_path: with a script, a disk is attached to Dom0. */
static void disks_have_the_native_hook_where_libxl_can_do_with_it(void **state)
{
    struct domain_spec cleanup_domain_spec spec;
    libxl_domain_config *config = &spec.config;

    domain_spec_init(&spec);
    config->c_info.type = LIBXL_DOMAIN_TYPE_HVM;
    assert_true(stand_in_takes_disk(config, 0, true));
    libxl_defbool_set(&config->b_info.device_model_stubdomain, true);
    assert_false(stand_in_takes_disk(config, 1, true));
    libxl_defbool_set(&config->b_info.device_model_stubdomain, false);
    assert_false(stand_in_takes_disk(config, 0, false)); /* a migration here */
    config->b_info.bootloader = mem_strdup("pygrub");    /* not for HVM */
    assert_true(stand_in_takes_disk(config, 0, true));
    config->c_info.type = LIBXL_DOMAIN_TYPE_PV;
    assert_false(stand_in_takes_disk(config, 0, true));
    assert_true(stand_in_takes_disk(config, 1, true));
    assert_true(stand_in_takes_disk(config, 1, false));
}

static void a_boot_loaders_kernel_is_not_looked_for_here(void **state)
{
    struct domain_spec cleanup_domain_spec spec;
    struct create create = { .spec = &spec };
    struct plan plan;

    domain_spec_init(&spec);
    spec.config.c_info.name = mem_strdup("web");
    spec.config.c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    spec.config.b_info.kernel = mem_strdup("/vmlinuz");
    spec.config.b_info.bootloader = mem_strdup("pygrub");
    plan_make(&plan, &create);
    assert_false(plan_has(&plan, "check the kernel"));
    assert_true(plan_has(&plan, "check the boot loader pygrub"));
    plan_dispose(&plan);
}

static void the_log_of_a_boot_loader_is_the_one_that_libxl_names(void **state)
{
    cleanup_free char *path = blame_named_log(
        "bootloader failed - consult logfile /var/log/xen/bootloader.5.log");

    assert_string_equal(path, "/var/log/xen/bootloader.5.log");
    assert_null(blame_named_log("unable to detach locally attached disk"));
    assert_null(blame_named_log(NULL));
}

static libxl_device_nic *add_nic(struct domain_spec *spec, const char *script)
{
    libxl_domain_config *config = &spec->config;
    libxl_device_nic *nic;

    config->nics =
        mem_realloc(config->nics, (size_t)config->num_nics + 1, sizeof(*nic));
    nic = &config->nics[config->num_nics++];
    libxl_device_nic_init(nic);
    nic->script = script != NULL ? mem_strdup(script) : NULL;
    return nic;
}

/* A path is the user's own script, whatever it is called. */
static void a_script_given_as_a_path_is_not_replaced(void **state)
{
    libxl_device_nic nic = { .script = (char *)"/etc/xen/scripts/vif-bridge" };
    libxl_device_disk disk =
        make_disk((char *)"/srv/a.img", LIBXL_DISK_FORMAT_RAW);

    assert_null(script_for_nic(&nic));
    nic.script = (char *)"vif-of-ours";
    assert_null(script_for_nic(&nic));
    disk.script = (char *)"block-iscsi";
    assert_null(script_for_disk(&disk));
    disk.script = NULL;
    disk.format = LIBXL_DISK_FORMAT_QCOW2;
    assert_null(script_for_disk(&disk));
}

/* xenstore is all that a driver domain knows of a script. */
static void a_driver_domain_runs_what_root_alone_can_change(void **state)
{
    cleanup_free char *script = scratch_path("vif-mine");
    cleanup_free char *path = NULL;
    struct error err = ERROR_INIT;

    assert_null(script_in_driver_domain("vif", "vif-mine", &err));
    expect_error(&err, ERR_CONFIG, "its script 'vif-mine' is no absolute path");
    cleanup_close int fd = creat(script, 0700);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, 0777), 0);
    path = realpath(script, NULL);
    assert_null(script_in_driver_domain("vif", path, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    error_dispose(&err);
    cleanup_free char *shell = script_in_driver_domain("vbd", "/bin/sh", &err);
    expect_no_error(&err);
    assert_non_null(shell);
    scratch_remove(script);
}

static const struct loader as_it_is = { 0 };

static void what_stood_in_is_gone_after_the_create(void **state)
{
    struct domain_spec cleanup_domain_spec spec;
    libxl_domain_config *config = &spec.config;
    struct stand_in stand_in;

    domain_spec_init(&spec);
    config->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    config->b_info.kernel = mem_strdup("/boot/vmlinuz");
    add_nic(&spec, NULL);
    add_nic(&spec, "/srv/vif-mine");
    stand_in_begin(&stand_in, config, "/var/cache/xenith/kernels/1-2",
                   &as_it_is, true);
    assert_true(stand_in.changed);
    assert_string_equal(config->b_info.kernel, "/var/cache/xenith/kernels/1-2");
    assert_string_equal(config->nics[1].script, "/srv/vif-mine");
    /* As libxl fills in its default. */
    if (config->nics[0].script == NULL)
        config->nics[0].script = mem_strdup("/etc/xen/scripts/vif-bridge");
    stand_in_end(&stand_in, config);
    assert_string_equal(config->b_info.kernel, "/boot/vmlinuz");
    assert_null(config->nics[0].script);
    assert_string_equal(config->nics[1].script, "/srv/vif-mine");
}

/* Only where it is restored may it have all that it can have at most. */
static void a_saved_guest_may_have_more_than_it_shall(void **state)
{
    struct domain_spec cleanup_domain_spec spec;
    libxl_domain_build_info *build = &spec.config.b_info;
    struct stand_in stand_in;

    domain_spec_init(&spec);
    spec.config.c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    build->target_memkb = 1024;
    for (int i = 0; i < 3; i++) {
        bool boots = i == 0, has_most = i != 1;
        build->max_memkb = has_most ? 4096 : LIBXL_MEMKB_DEFAULT;
        stand_in_begin(&stand_in, &spec.config, NULL, &as_it_is, boots);
        assert_int_equal(stand_in.changed, !boots && has_most);
        assert_int_equal(build->target_memkb, stand_in.changed ? 4096 : 1024);
        stand_in_end(&stand_in, &spec.config);
        assert_int_equal(build->target_memkb, 1024);
    }
}

static char trail[16];

static int note(struct create *create, unsigned int i, struct error *err)
{
    trail[strlen(trail)] = (char)('a' + i);
    return 0;
}

static int stumble(struct create *create, unsigned int i, struct error *err)
{
    return error_set(err, ERR_DEVICE, "step %u", i);
}

static void take_back(struct create *create, unsigned int i)
{
    trail[strlen(trail)] = (char)('A' + i);
}

static void a_failed_step_undoes_those_before_it(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct plan_step steps[] = {
        { (char *)"one", 0, note, take_back },
        { (char *)"two", 1, note, NULL },
        { (char *)"three", 2, note, take_back },
        { (char *)"four", 3, stumble, take_back },
        { (char *)"five", 4, note, take_back },
    };
    struct plan plan = { { steps, 5, 5 } };
    struct create create = { 0 };

    assert_int_equal(plan_run(&plan, &create, &err), -1);
    expect_error(&err, ERR_DEVICE, "step 3");
    assert_string_equal(trail, "abcDCA");
}

static struct domain_spec with_share(libxl_device_p9 *p9)
{
    return (struct domain_spec){ .config = { .num_p9s = 1, .p9s = p9 } };
}

static void a_share_is_a_folder_that_is_there(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    libxl_device_p9 p9 = { .tag = (char *)"data", .path = (char *)"/" };
    struct domain_spec spec = with_share(&p9);
    struct create create = { .spec = &spec };

    assert_int_equal(step_check_p9(&create, 0, &err), 0);
    p9.path = (char *)"/nowhere";
    assert_int_equal(step_check_p9(&create, 0, &err), -1);
    expect_error(&err, ERR_CONFIG,
                 "p9 data: /nowhere: No such file or directory");
    p9.path = (char *)"/dev/null";
    assert_int_equal(step_check_p9(&create, 0, &err), -1);
    expect_error(&err, ERR_CONFIG, "p9 data: /dev/null: not a folder");
    p9.backend_domname = (char *)"storage";
    assert_int_equal(step_check_p9(&create, 0, &err), 0);
}

static void a_usb_device_is_looked_for_before(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    libxl_device_usbdev usbdev = { .u.hostdev = { .hostbus = 250,
                                                  .hostaddr = 250 } };

    assert_int_equal(usbdev_check(&usbdev, &err), -1);
    expect_error(&err, ERR_CONFIG, "USB device 250.250: no such device");
}

static bool has_step(const struct plan *plan, const char *text)
{
    VEC_EACH (&plan->steps, step)
        if (strcmp(step->text, text) == 0)
            return true;
    return false;
}

static void a_plan_checks_devices_that_come_late(void **state)
{
    libxl_device_p9 p9 = { .path = (char *)"/srv" };
    libxl_device_pci pci = { .bus = 2, .func = 1 };
    libxl_device_usbdev usbdev = { .u.hostdev = { 1, 4 } };
    libxl_domain_config config = { .num_p9s = 1,
                                   .p9s = &p9,
                                   .num_pcidevs = 1,
                                   .pcidevs = &pci,
                                   .num_usbdevs = 1,
                                   .usbdevs = &usbdev };
    struct plan plan = { 0 };

    plan_make_checks(&plan, &config, false);
    assert_true(has_step(&plan, "check the share /srv"));
    assert_true(has_step(&plan, "check the PCI device 0000:02:00.1"));
    assert_true(has_step(&plan, "check the USB device 1.4"));
    plan_dispose(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_that_does_not_fit_is_put_in_mib),
        cmocka_unit_test(a_name_that_was_taken_meanwhile_is_said_as_one),
        cmocka_unit_test(a_missing_disk_is_named),
        cmocka_unit_test(an_empty_or_odd_disk_is_refused),
        cmocka_unit_test(what_others_provide_is_not_checked),
        cmocka_unit_test(a_missing_bridge_is_named),
        cmocka_unit_test(a_name_cannot_lead_a_log_elsewhere),
        cmocka_unit_test(a_plan_lists_what_the_domain_has),
        cmocka_unit_test(only_a_kernel_that_libxenguest_loads_is_cached),
        cmocka_unit_test(disks_have_the_native_hook_where_libxl_can_do_with_it),
        cmocka_unit_test(a_boot_loaders_kernel_is_not_looked_for_here),
        cmocka_unit_test(the_log_of_a_boot_loader_is_the_one_that_libxl_names),
        cmocka_unit_test(a_script_given_as_a_path_is_not_replaced),
        cmocka_unit_test(a_driver_domain_runs_what_root_alone_can_change),
        cmocka_unit_test(what_stood_in_is_gone_after_the_create),
        cmocka_unit_test(a_saved_guest_may_have_more_than_it_shall),
        cmocka_unit_test(a_failed_step_undoes_those_before_it),
        cmocka_unit_test(a_share_is_a_folder_that_is_there),
        cmocka_unit_test(a_usb_device_is_looked_for_before),
        cmocka_unit_test(a_plan_checks_devices_that_come_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
