/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's own boot loader: confined or not at all, and ended when asked. */
#include "unit.h"

#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/paths.h"
#include "config/config.h"
#include "domain/loader.h"
#include "domain/stand_in.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pygrub_is_started_by_the_program_that_confines_it),
        cmocka_unit_test(another_loader_runs_as_it_is),
        cmocka_unit_test(a_pygrub_that_cannot_be_confined_is_refused),
        cmocka_unit_test(without_the_program_that_confines_it_there_is_no_boot),
        cmocka_unit_test(an_interrupt_ends_the_boot_loader_alone),
        cmocka_unit_test(what_a_killed_libxl_left_of_a_boot_loader_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
