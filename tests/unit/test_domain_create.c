/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a create looks at and says before and after Xen has a word in it. */
#include "bzimage.h"
#include "unit.h"

#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xen/elfnote.h>

#include "base/paths.h"
#include "device/disk.h"
#include "device/nic.h"
#include "device/script.h"
#include "device/usbdev.h"
#include "domain/blame.h"
#include "domain/guest_log.h"
#include "domain/kernel/kernel.h"
#include "domain/plan.h"
#include "domain/stand_in.h"
#include "domain/steps.h"

static char *write_image(const void *bytes, size_t length)
{
    cleanup_error struct error err = ERROR_INIT;
    char *path = scratch_path("kernel");

    assert_int_equal(io_replace_file(path, 0600, bytes, length, &err), 0);
    return path;
}

/* A bzImage whose payload ends with its size. */
static size_t make_bzimage(unsigned char *image, uint32_t unpacked)
{
    memset(image, 0, 4096);
    bzimage_head(image, 0, 256);
    bzimage_put32(image + BZIMAGE_SETUP + 256 - 4, unpacked);
    return BZIMAGE_SETUP + 256;
}

static void a_bzimage_tells_its_unpacked_size(void **state)
{
    unsigned char image[4096];
    struct kernel_image found;
    cleanup_error struct error err = ERROR_INIT;
    size_t length = make_bzimage(image, 60u << 20);
    cleanup_free char *path = write_image(image, length);

    assert_int_equal(kernel_probe(path, &found, &err), 0);
    assert_int_equal(found.format, KERNEL_BZIMAGE);
    assert_int_equal(found.least_bytes, 60u << 20);
    scratch_remove(path);
}

static void a_bzimage_whose_payload_is_cut_has_no_size(void **state)
{
    unsigned char image[4096];
    struct kernel_image found;
    size_t length = make_bzimage(image, 60u << 20);
    cleanup_free char *path = write_image(image, length - 1);

    assert_int_equal(kernel_probe(path, &found, NULL), 0);
    assert_int_equal(found.least_bytes, 0);
    scratch_remove(path);
}

/* An ELF of one segment of one note. */
struct noted {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    Elf64_Nhdr note;
    char name[4];
    uint32_t value;
    char rest[1024];
};

static char *write_noted(const char *name, uint32_t type)
{
    struct noted image = {
        .header = { .e_phoff = offsetof(struct noted, segment),
                    .e_phentsize = sizeof(Elf64_Phdr),
                    .e_phnum = 1 },
        .segment = { .p_type = PT_NOTE,
                     .p_offset = offsetof(struct noted, note),
                     .p_filesz = sizeof(Elf64_Nhdr) + 8 },
        .note = { .n_namesz = 4, .n_descsz = 4, .n_type = type },
    };

    memcpy(image.name, name, sizeof(image.name));
    memcpy(image.header.e_ident, ELFMAG, SELFMAG);
    image.header.e_ident[EI_CLASS] = ELFCLASS64;
    image.header.e_ident[EI_DATA] = ELFDATA2LSB;
    return write_image(&image, sizeof(image));
}

/* With this kernel; what the step says. */
static int check_kernel(libxl_domain_type type, char *path, struct error *err)
{
    struct domain_spec cleanup_domain_spec spec;
    struct create create = { .spec = &spec };

    domain_spec_init(&spec);
    spec.config.c_info.type = type;
    spec.config.b_info.kernel = mem_strdup(path);
    return step_check_kernel(&create, 0, err);
}

static void expect_boots(char *path, bool pv, bool pvh, bool hvm)
{
    cleanup_free char *kept = path;

    assert_int_equal(check_kernel(LIBXL_DOMAIN_TYPE_PV, path, NULL),
                     pv ? 0 : -1);
    assert_int_equal(check_kernel(LIBXL_DOMAIN_TYPE_PVH, path, NULL),
                     pvh ? 0 : -1);
    assert_int_equal(check_kernel(LIBXL_DOMAIN_TYPE_HVM, path, NULL),
                     hvm ? 0 : -1);
    scratch_remove(path);
}

static void a_kernel_boots_as_what_it_says(void **state)
{
    unsigned char image[4096];
    size_t length = make_bzimage(image, 60u << 20);

    expect_boots(write_noted("Xen", XEN_ELFNOTE_XEN_VERSION), true, false,
                 false);
    expect_boots(write_noted("Xen", XEN_ELFNOTE_PHYS32_ENTRY), false, true,
                 false);
    expect_boots(write_noted("GNU", XEN_ELFNOTE_XEN_VERSION), false, false,
                 false);
    /* What is inside is seen once it is unpacked. */
    expect_boots(write_image(image, length), true, true, true);
    expect_boots(write_image("\037\213\010\0", 4), true, true, false);
    /* A program: QEMU takes that of another boot protocol. */
    memset(image, 0, sizeof(image));
    memcpy(image, ELFMAG, SELFMAG);
    image[EI_CLASS] = ELFCLASS32;
    bzimage_put32(image + 4092, 0x1badb002);
    expect_boots(write_image(image, sizeof(image)), true, true, true);
}

static void an_own_program_is_no_kernel(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    assert_int_equal(
        check_kernel(LIBXL_DOMAIN_TYPE_PVH, (char *)"/proc/self/exe", &err),
        -1);
    expect_error(&err, ERR_CONFIG,
                 "kernel: /proc/self/exe: not bootable as pvh: an ELF file "
                 "without the note of Xen that says so");
    error_dispose(&err);
    assert_int_equal(
        check_kernel(LIBXL_DOMAIN_TYPE_HVM, (char *)"/proc/self/exe", &err),
        -1);
    expect_error(&err, ERR_CONFIG,
                 "kernel: /proc/self/exe: not bootable as hvm: QEMU takes a "
                 "bzImage");
}

static void an_elf_spans_its_segments(void **state)
{
    struct {
        Elf64_Ehdr header;
        Elf64_Phdr segments[2];
        char rest[1024];
    } image = {
        .header = { .e_phoff = sizeof(Elf64_Ehdr),
                    .e_phentsize = sizeof(Elf64_Phdr),
                    .e_phnum = 2 },
        .segments = { { .p_type = PT_LOAD,
                        .p_paddr = 1 << 20,
                        .p_memsz = 4096 },
                      { .p_type = PT_LOAD,
                        .p_paddr = 3 << 20,
                        .p_memsz = 1 << 20 } },
    };
    struct kernel_image found;

    memcpy(image.header.e_ident, ELFMAG, SELFMAG);
    image.header.e_ident[EI_CLASS] = ELFCLASS64;
    image.header.e_ident[EI_DATA] = ELFDATA2LSB;
    cleanup_free char *path = write_image(&image, sizeof(image));
    assert_int_equal(kernel_probe(path, &found, NULL), 0);
    assert_int_equal(found.format, KERNEL_ELF);
    assert_int_equal(found.least_bytes, 3 << 20);
    scratch_remove(path);
}

static void an_elf_that_lies_about_segments_is_not_believed(void **state)
{
    Elf64_Ehdr header = { .e_phoff = UINT64_MAX - 8,
                          .e_phentsize = sizeof(Elf64_Phdr),
                          .e_phnum = 60 };
    struct kernel_image found;

    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    cleanup_free char *path = write_image(&header, sizeof(header));
    assert_int_equal(kernel_probe(path, &found, NULL), 0);
    assert_int_equal(found.least_bytes, 0);
    scratch_remove(path);
}

static void text_is_no_kernel(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct kernel_image found;
    cleanup_free char *path = write_image("root:x:0:0\n", 11);

    assert_int_equal(kernel_probe(path, &found, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.message, "neither a bzImage nor an ELF"));
    scratch_remove(path);
}

static void compressed_and_special_files_are_told_apart(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct kernel_image found;
    cleanup_free char *path = write_image("\037\213\010\0", 4);

    assert_int_equal(kernel_probe(path, &found, NULL), 0);
    assert_int_equal(found.format, KERNEL_COMPRESSED);
    scratch_remove(path);
    assert_int_equal(kernel_probe("/dev/null", &found, &err), -1);
    expect_error(&err, ERR_CONFIG, "/dev/null: not a regular file");
    assert_int_equal(kernel_probe("/nowhere/vmlinuz", &found, &err), -1);
    expect_error(&err, ERR_CONFIG,
                 "/nowhere/vmlinuz: No such file or directory");
}

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
    cleanup_free char *path = write_image("", 0);
    libxl_device_disk disk = make_disk(path, LIBXL_DISK_FORMAT_RAW);

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

static void give_loader(struct domain_spec *spec, const char *bootloader)
{
    static const char *const words[] = { "--quiet", "--entry=2" };
    libxl_domain_build_info *build = &spec->config.b_info;

    domain_spec_init(spec);
    spec->config.c_info.type = LIBXL_DOMAIN_TYPE_PV;
    build->bootloader = mem_strdup(bootloader);
    build->bootloader_args = mem_zalloc(3, sizeof(char *));
    for (size_t i = 0; i < 2; i++)
        build->bootloader_args[i] = mem_strdup(words[i]);
}

static void expect_words(libxl_string_list list, const char *const *words)
{
    size_t i = 0;

    for (; words[i] != NULL; i++)
        assert_string_equal(list[i], words[i]);
    assert_null(list[i]);
}

static void pygrub_is_started_by_the_program_that_confines_it(void **state)
{
    static const char *const own[] = { "--quiet", "--entry=2", NULL };
    static const char *const confined[] = { "--loader=/usr/lib/x/pygrub",
                                            "--deadline=7", "--quiet",
                                            "--entry=2", NULL };
    struct loader loader = { .path = (char *)"/usr/lib/x/pygrub",
                             .timeout = 7 };
    struct domain_spec cleanup_domain_spec spec;
    libxl_domain_build_info *build = &spec.config.b_info;
    struct stand_in stand_in;

    give_loader(&spec, "pygrub");
    stand_in_begin(&stand_in, &spec.config, NULL, &loader, true);
    assert_true(stand_in.changed);
    assert_string_equal(build->bootloader, PATHS_BOOTLOADER);
    expect_words(build->bootloader_args, confined);
    stand_in_end(&stand_in, &spec.config);
    assert_string_equal(build->bootloader, "pygrub");
    expect_words(build->bootloader_args, own);
    libxl_string_list copy = loader_copy_arguments(build->bootloader_args);
    expect_words(copy, own);
    libxl_string_list_dispose(&copy);
    assert_null(loader_copy_arguments(NULL));
}

static void another_loader_runs_as_it_is(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct domain_spec cleanup_domain_spec spec;
    struct loader loader;
    struct stand_in stand_in;

    give_loader(&spec, "/usr/bin/eliloader");
    assert_int_equal(loader_find(&loader, &spec.config, &err), 0);
    stand_in_begin(&stand_in, &spec.config, NULL, &loader, true);
    assert_false(stand_in.changed);
    stand_in_end(&stand_in, &spec.config);
}

/* Never as root instead. */
static void a_pygrub_that_cannot_be_confined_is_refused(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct domain_spec cleanup_domain_spec spec;
    struct loader loader;

    give_loader(&spec, "/no/such/pygrub");
    assert_int_equal(loader_find(&loader, &spec.config, &err), -1);
    expect_error(&err, ERR_CONFIG,
                 "boot loader: /no/such/pygrub: No such file or directory");
    loader_dispose(&loader);
}

static void without_the_program_that_confines_it_there_is_no_boot(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *scratch = scratch_path("pygrub");
    struct domain_spec cleanup_domain_spec spec;
    struct loader loader;

    if (access(PATHS_BOOTLOADER, F_OK) == 0)
        skip();
    assert_int_equal(io_replace_file(scratch, 0755, "", 0, NULL), 0);
    cleanup_free char *path = realpath(scratch, NULL);
    give_loader(&spec, path);
    assert_int_equal(loader_find(&loader, &spec.config, &err), -1);
    expect_error(&err, ERR_CONFIG,
                 "boot loader: it cannot be confined: " PATHS_BOOTLOADER
                 ": No such file or directory");
    loader_dispose(&loader);
    scratch_remove(scratch);
}

static pid_t start_sleeping(const char *program)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl(program, program, "30", NULL);
        _exit(127);
    }
    return pid;
}

/* libxl's abort does not reach it. */
static void an_interrupt_ends_the_boot_loader_alone(void **state)
{
    cleanup_free char *copy = scratch_path("loader");
    cleanup_free char *command = mem_printf("cp /bin/sleep %s", copy);
    int status = 0;

    assert_int_equal(system(command), 0);
    pid_t loader = start_sleeping(copy), other = start_sleeping("/bin/sleep");
    for (int i = 0; i < 500 && waitpid(loader, &status, WNOHANG) == 0; i++) {
        loader_press_program(copy);
        usleep(10000);
    }
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    assert_int_equal(waitpid(other, &status, WNOHANG), 0);
    kill(other, SIGKILL);
    waitpid(other, &status, 0);
    scratch_remove(copy);
}

static void what_a_killed_libxl_left_of_a_boot_loader_goes(void **state)
{
    cleanup_free char *mark = scratch_path("bootloader.71.out");
    cleanup_free char *folder = mem_strdup(mark);
    *strrchr(folder, '/') = '\0';
    cleanup_free char *output = mem_printf("%s/bootloader.7.out", folder);
    cleanup_free char *files = mem_printf("%s/bootloader.7.d", folder);
    cleanup_free char *kernel = mem_printf("%s/boot_kernel", files);

    loader_clean_up(folder, 7); /* fine without any */
    assert_int_equal(io_make_dirs(files, 0700, NULL), 0);
    assert_int_equal(io_replace_file(mark, 0600, "", 0, NULL), 0);
    assert_int_equal(io_replace_file(output, 0600, "", 0, NULL), 0);
    assert_int_equal(io_replace_file(kernel, 0600, "K", 1, NULL), 0);
    loader_clean_up(folder, 7);
    assert_int_equal(access(output, F_OK), -1);
    assert_int_equal(access(files, F_OK), -1);
    scratch_remove(mark); /* another domain's */
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
        cmocka_unit_test(a_bzimage_tells_its_unpacked_size),
        cmocka_unit_test(a_bzimage_whose_payload_is_cut_has_no_size),
        cmocka_unit_test(a_kernel_boots_as_what_it_says),
        cmocka_unit_test(an_own_program_is_no_kernel),
        cmocka_unit_test(an_elf_spans_its_segments),
        cmocka_unit_test(an_elf_that_lies_about_segments_is_not_believed),
        cmocka_unit_test(text_is_no_kernel),
        cmocka_unit_test(compressed_and_special_files_are_told_apart),
        cmocka_unit_test(a_segment_that_does_not_fit_is_put_in_mib),
        cmocka_unit_test(a_name_that_was_taken_meanwhile_is_said_as_one),
        cmocka_unit_test(a_missing_disk_is_named),
        cmocka_unit_test(an_empty_or_odd_disk_is_refused),
        cmocka_unit_test(what_others_provide_is_not_checked),
        cmocka_unit_test(a_missing_bridge_is_named),
        cmocka_unit_test(a_name_cannot_lead_a_log_elsewhere),
        cmocka_unit_test(a_plan_lists_what_the_domain_has),
        cmocka_unit_test(only_a_kernel_that_libxenguest_loads_is_cached),
        cmocka_unit_test(a_script_given_as_a_path_is_not_replaced),
        cmocka_unit_test(a_driver_domain_runs_what_root_alone_can_change),
        cmocka_unit_test(what_stood_in_is_gone_after_the_create),
        cmocka_unit_test(disks_have_the_native_hook_where_libxl_can_do_with_it),
        cmocka_unit_test(a_boot_loaders_kernel_is_not_looked_for_here),
        cmocka_unit_test(pygrub_is_started_by_the_program_that_confines_it),
        cmocka_unit_test(another_loader_runs_as_it_is),
        cmocka_unit_test(a_pygrub_that_cannot_be_confined_is_refused),
        cmocka_unit_test(without_the_program_that_confines_it_there_is_no_boot),
        cmocka_unit_test(an_interrupt_ends_the_boot_loader_alone),
        cmocka_unit_test(what_a_killed_libxl_left_of_a_boot_loader_goes),
        cmocka_unit_test(the_log_of_a_boot_loader_is_the_one_that_libxl_names),
        cmocka_unit_test(a_failed_step_undoes_those_before_it),
        cmocka_unit_test(a_share_is_a_folder_that_is_there),
        cmocka_unit_test(a_usb_device_is_looked_for_before),
        cmocka_unit_test(a_plan_checks_devices_that_come_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
