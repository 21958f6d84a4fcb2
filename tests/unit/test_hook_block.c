/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks: files through real loop devices, and a hook that is not in time. */
#include "hook_disks.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "block.h"

static void a_file_gets_a_loop_device_until_its_guest_is_gone(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");
    struct loop_file file;
    struct stat status;

    disks_give(fixture, 1, path, "w");
    dev_t device = disks_device(fixture, 1);
    assert_int_equal(stat(path, &status), 0);
    assert_true(loop_find_file(device, &file));
    assert_int_equal(file.inode, status.st_ino);
    assert_string_equal(disks_stored(fixture, 1, "hotplug-status"),
                        "connected");
    assert_string_equal(disks_stored(fixture, 1, "physical-device-path"),
                        disks_stored(fixture, 1, "node"));
    /* No hook has to run for this. */
    disks_close(fixture, 1);
    assert_true(disks_is_free(device));
}

static void removing_frees_the_loop_device(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = disks_make_file(fixture, "a.img");

    disks_give(fixture, 1, path, "w");
    dev_t device = disks_device(fixture, 1);
    assert_int_equal(unlink(path), 0);
    disks_execute(fixture, 1, false, &err);
    expect_no_error(&err);
    disks_close(fixture, 1);
    assert_true(disks_is_free(device));
    assert_int_equal(access(fixture->place.file, F_OK), -1);
}

/* It may be somebody else's by then. */
static void removing_spares_a_device_with_another_file(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *one = disks_make_file(fixture, "one.img");
    cleanup_free char *two = disks_make_file(fixture, "two.img");
    cleanup_free char *own = disks_backend(1);
    struct loop_file file;

    disks_give(fixture, 1, one, "w");
    disks_give(fixture, 2, two, "w");
    memory_set(&fixture->memory, own, "node", disks_stored(fixture, 2, "node"));
    disks_execute(fixture, 1, false, &err);
    expect_no_error(&err);
    assert_true(loop_find_file(disks_device(fixture, 2), &file));
}

/* Nobody but the hook has it open then: the device must not vanish. */
static void a_slow_blkback_finds_its_device(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = disks_make_file(fixture, "a.img");
    struct loop_file file;

    fixture->is_deaf = true;
    disks_give(fixture, 1, path, "w");
    dev_t device = disks_device(fixture, 1);
    usleep(100000);
    assert_true(loop_find_file(device, &file));
    disks_execute(fixture, 1, false, &err);
    assert_true(disks_is_free(device));
}

static struct disks *with_slow_blkback(void **state, const char *meanwhile)
{
    struct disks *fixture = disks_with_loops(state);

    fixture->is_deaf = true;
    fixture->meanwhile = meanwhile;
    setenv("XN_SCRIPT_TIMEOUT", "1", 1);
    return fixture;
}

/* All is said before it waits, and nobody waits for it. */
static void a_slow_blkback_keeps_no_other_disk_waiting(void **state)
{
    cleanup_free char *path = disks_make_file(*state, "a.img");
    cleanup_free char *other = disks_make_file(*state, "b.img");
    struct disks *fixture = with_slow_blkback(state, other);

    disks_give(fixture, 1, path, "w");
    unsetenv("XN_SCRIPT_TIMEOUT");
    expect_no_error(&fixture->refusal);
    assert_int_equal(fixture->outcome, 0);
    assert_string_equal(disks_stored(fixture, 2, "hotplug-status"),
                        "connected");
}

static void what_a_slow_blkback_has_not_opened_is_in_use(void **state)
{
    cleanup_free char *path = disks_make_file(*state, "a.img");
    struct disks *fixture = with_slow_blkback(state, path);

    disks_give(fixture, 1, path, "w");
    unsetenv("XN_SCRIPT_TIMEOUT");
    assert_int_equal(fixture->outcome, -1);
    assert_non_null(strstr(fixture->refusal.message, "in use by domain 1"));
    error_dispose(&fixture->refusal);
}

static void a_reader_cannot_write(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");

    chmod(path, 0400);
    disks_give(fixture, 1, path, "r");
    int is_read_only = 0;
    assert_int_equal(ioctl(fixture->held[1], BLKROGET, &is_read_only), 0);
    assert_true(is_read_only);
    disks_expect_refused(fixture, 2, path, "w", "is read-only");
}

static void a_missing_target_is_an_error(void **state)
{
    struct disks *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;

    assert_int_equal(disks_add(fixture, 1, "/nowhere/a.img", "w", &err), -1);
    expect_error(&err, ERR_CONFIG, "/nowhere/a.img: No such file or directory");
    assert_string_equal(disks_stored(fixture, 1, "hotplug-status"), "error");
    assert_int_equal(disks_add(fixture, 2, "/dev/null", "w", &err), -1);
    expect_error(&err, ERR_CONFIG,
                 "/dev/null is neither a file nor a block device");
}

static void an_empty_drive_is_fine(void **state)
{
    struct disks *fixture = *state;

    disks_give(fixture, 1, "", "r");
    assert_string_equal(disks_stored(fixture, 1, "hotplug-status"),
                        "connected");
    assert_null(disks_stored(fixture, 1, "physical-device"));
}

static void a_second_call_changes_nothing(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_free char *path = disks_make_file(fixture, "a.img");

    disks_give(fixture, 1, path, "w");
    dev_t device = disks_device(fixture, 1);
    disks_give(fixture, 1, path, "w");
    assert_int_equal(disks_device(fixture, 1), device);
}

static void a_toolstack_that_gave_up_gets_no_device(void **state)
{
    struct disks *fixture = disks_with_loops(state);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = disks_make_file(fixture, "a.img");
    cleanup_free char *own = disks_backend(1);

    memory_set(&fixture->memory, own, "params", path);
    memory_set(&fixture->memory, own, "mode", "w");
    memory_set(&fixture->memory, own, "state", "5");
    assert_int_equal(disks_execute(fixture, 1, true, &err), -1);
    expect_error(&err, ERR_DEVICE,
                 "the backend does not wait for it any more (state 5)");
    assert_null(disks_stored(fixture, 1, "node"));
}

/* ---- time ---- */

static void stay_in_time(void *data, const char *doing)
{
    fail_msg("passed while %s", doing);
}

static void a_hook_in_time_hears_nothing(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct deadline deadline;

    assert_int_equal(deadline_begin(&deadline, 60000, stay_in_time, NULL, &err),
                     0);
    deadline_note(&deadline, "looking for %s", "a.img");
    deadline_end(&deadline);
    deadline_note(NULL, "without one");
}

static void tell_and_end(void *data, const char *doing)
{
    dprintf(*(int *)data, "%s", doing);
    _exit(7);
}

/* A file system whose server never answers. */
static int mount_unserved(const char *folder)
{
    int server = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    cleanup_free char *options =
        mem_printf("fd=%d,rootmode=40000,user_id=0,group_id=0", server);

    if (server < 0 || unshare(CLONE_NEWNS) < 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return -1;
    return mount("nobody", folder, "fuse", 0, options);
}

static void be_stuck(struct disks *fixture, int out)
{
    cleanup_free char *folder = disks_path(fixture, "far");
    cleanup_free char *path = disks_path(fixture, "far/a.img");
    cleanup_free char *own = disks_backend(1);
    cleanup_error struct error err = ERROR_INIT;
    struct deadline deadline;
    struct hook hook = { .store = &fixture->memory.store,
                         .role = "block",
                         .arrives = true,
                         .path = own,
                         .deadline = &deadline };

    mkdir(folder, 0700);
    memory_set(&fixture->memory, own, "params", path);
    memory_set(&fixture->memory, own, "mode", "w");
    if (mount_unserved(folder) < 0)
        _exit(77);
    if (deadline_begin(&deadline, 300, tell_and_end, &out, &err) < 0)
        _exit(1);
    block_run_at(&hook, &fixture->place, &err);
    _exit(1);
}

/* The thread that hangs takes no signal but one that ends it. */
static void a_file_server_that_hangs_does_not_hang_the_hook(void **state)
{
    struct disks *fixture = *state;
    cleanup_free char *wanted =
        mem_printf("looking for %s/far/a.img", fixture->folder);
    char said[4096] = "";
    int ends[2], status;

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        be_stuck(fixture, ends[1]);
    close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    ssize_t got = read(ends[0], said, sizeof(said) - 1);
    close(ends[0]);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("needs to mount fuse\n");
        skip();
    }
    assert_true(got > 0 && WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_string_equal(said, wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISKS_TEST(a_file_gets_a_loop_device_until_its_guest_is_gone),
        DISKS_TEST(removing_frees_the_loop_device),
        DISKS_TEST(removing_spares_a_device_with_another_file),
        DISKS_TEST(a_slow_blkback_finds_its_device),
        DISKS_TEST(a_slow_blkback_keeps_no_other_disk_waiting),
        DISKS_TEST(what_a_slow_blkback_has_not_opened_is_in_use),
        DISKS_TEST(a_reader_cannot_write),
        DISKS_TEST(a_missing_target_is_an_error),
        DISKS_TEST(an_empty_drive_is_fine),
        DISKS_TEST(a_second_call_changes_nothing),
        DISKS_TEST(a_toolstack_that_gave_up_gets_no_device),
        DISKS_TEST(a_hook_in_time_hears_nothing),
        DISKS_TEST(a_file_server_that_hangs_does_not_hang_the_hook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
