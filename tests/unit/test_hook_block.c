/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Disks: files through real loop devices, and who may share what. The store
 * stands for blkback too: it opens the device once physical-device is written,
 * and shows that where the kernel would.
 */
#include "hook_unit.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/proc.h"
#include "block.h"
#include "claims.h"

#define GUESTS 4
#define DISK_BYTES 65536

struct fixture {
    struct memory_store memory; /* first: the store is a fixture */
    char *folder;
    struct claims_place place;
    int held[GUESTS];      /* blkback's descriptors, by domain */
    bool is_deaf;          /* blkback opens nothing */
    const char *meanwhile; /* a disk that another guest gets meanwhile */
    int outcome;           /* of that */
    struct error refusal;
};

static char *in(struct fixture *fixture, const char *name)
{
    return mem_printf("%s/%s", fixture->folder, name);
}

static char *backend(uint32_t domid)
{
    return mem_printf("backend/vbd/%u/51712", domid);
}

static void write_text(const char *path, const char *text)
{
    cleanup_error struct error err = ERROR_INIT;

    io_replace_file(path, 0600, text, strlen(text), &err);
    expect_no_error(&err);
}

static char *shown_folder(struct fixture *fixture, uint32_t domid)
{
    return mem_printf("%s/vbd-%u-51712", fixture->place.backends, domid);
}

/* A backend that waits for its device. */
static void show_as_kernel(struct fixture *fixture, uint32_t domid)
{
    cleanup_free char *folder = shown_folder(fixture, domid);

    mkdir(folder, 0700);
}

/* As blkback: opens what physical-device says, then shows it. */
static void open_as_blkback(struct fixture *fixture, uint32_t domid,
                            const char *numbers)
{
    cleanup_free char *folder = shown_folder(fixture, domid);
    cleanup_free char *shown = mem_printf("%s/physical_device", folder);
    unsigned int major_number, minor_number;

    assert_int_equal(sscanf(numbers, "%x:%x", &major_number, &minor_number), 2);
    cleanup_free char *node = mem_printf("/dev/loop%u", minor_number);
    fixture->held[domid] = open(node, O_RDONLY | O_CLOEXEC);
    assert_true(fixture->held[domid] >= 0);
    show_as_kernel(fixture, domid);
    write_text(shown, numbers);
}

static const char *stored(struct fixture *fixture, uint32_t domid,
                          const char *key)
{
    cleanup_free char *path = backend(domid);

    return memory_value(&fixture->memory, path, key);
}

static int add(struct fixture *fixture, uint32_t domid, const char *params,
               const char *mode, struct error *err);

/* Guest 1's blkback takes its time: guest 2 gets its disk before. */
static void be_slow(struct fixture *fixture)
{
    const char *disk = fixture->meanwhile;

    fixture->meanwhile = NULL;
    fixture->is_deaf = false;
    assert_true(fixture->held[1] < 0);
    fixture->outcome = add(fixture, 2, disk, "w", &fixture->refusal);
    open_as_blkback(fixture, 1, stored(fixture, 1, "physical-device"));
}

static int write_as_xenstored(struct store *store, const char *path,
                              const char *value)
{
    struct fixture *fixture = (struct fixture *)store;
    uint32_t domid;

    memory_write(store, path, value);
    if (!fixture->is_deaf && strstr(path, "/physical-device") != NULL &&
        strstr(path, "-path") == NULL &&
        sscanf(path, "backend/vbd/%u/", &domid) == 1 &&
        fixture->held[domid] < 0)
        open_as_blkback(fixture, domid, value);
    if (fixture->meanwhile != NULL && strstr(path, "/hotplug-status") != NULL)
        be_slow(fixture);
    return 0;
}

static bool has_loops(void)
{
    cleanup_close int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

    return control >= 0;
}

static int set_up(void **state)
{
    struct fixture *fixture = MEM_NEW(struct fixture);

    memory_begin(&fixture->memory);
    fixture->memory.store.write = write_as_xenstored;
    fixture->folder = realpath(".", NULL);
    char *pattern = mem_printf("%s/unit-XXXXXX", fixture->folder);
    free(fixture->folder);
    fixture->folder = mkdtemp(pattern);
    fixture->place.lock_folder = in(fixture, "lock");
    fixture->place.file = in(fixture, "claims");
    fixture->place.backends = in(fixture, "backends");
    fixture->place.mounts = in(fixture, "mounts");
    mkdir(fixture->place.backends, 0700);
    write_text(fixture->place.mounts,
               "36 35 98:0 / /mnt rw,noatime - ext3 /dev/root rw\n");
    for (uint32_t i = 0; i < GUESTS; i++) {
        cleanup_free char *home = mem_printf("/local/domain/%u", i);
        cleanup_free char *vm = mem_printf("/vm/%u", i);
        memory_set(&fixture->memory, home, "vm", vm);
        fixture->held[i] = -1;
    }
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    const char *const argv[] = { "rm", "-rf", fixture->folder, NULL };
    struct proc proc = { .argv = argv };

    for (int i = 0; i < GUESTS; i++)
        io_cleanup_close(&fixture->held[i]);
    memory_end(&fixture->memory);
    assert_int_equal(proc_run_ok(&proc, NULL, NULL), 0);
    free((char *)fixture->place.lock_folder);
    free((char *)fixture->place.file);
    free((char *)fixture->place.backends);
    free((char *)fixture->place.mounts);
    free(fixture->folder);
    free(fixture);
    return 0;
}

static struct fixture *with_loops(void **state)
{
    if (geteuid() != 0 || !has_loops()) {
        print_message("needs root and loop devices\n");
        skip();
    }
    return *state;
}

static char *make_file(struct fixture *fixture, const char *name)
{
    char *path = in(fixture, name);

    cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(fd, DISK_BYTES), 0);
    return path;
}

static int execute(struct fixture *fixture, uint32_t domid, bool arrives,
                   struct error *err)
{
    cleanup_free char *path = backend(domid);
    struct hook hook = { .store = &fixture->memory.store,
                         .role = "block",
                         .arrives = arrives,
                         .path = path,
                         .domid = domid,
                         .devid = 51712 };

    int rc = block_run_at(&hook, &fixture->place, err);
    assert_int_equal(hook_report(&hook, err, NULL), 0);
    return rc;
}

/* Gives a disk to a guest. */
static int add(struct fixture *fixture, uint32_t domid, const char *params,
               const char *mode, struct error *err)
{
    cleanup_free char *path = backend(domid);

    memory_set(&fixture->memory, path, "params", params);
    memory_set(&fixture->memory, path, "mode", mode);
    memory_set(&fixture->memory, path, "state", "2");
    show_as_kernel(fixture, domid);
    return execute(fixture, domid, true, err);
}

static void give(struct fixture *fixture, uint32_t domid, const char *params,
                 const char *mode)
{
    cleanup_error struct error err = ERROR_INIT;

    add(fixture, domid, params, mode, &err);
    expect_no_error(&err);
}

static void expect_refused(struct fixture *fixture, uint32_t domid,
                           const char *params, const char *mode,
                           const char *why)
{
    cleanup_error struct error err = ERROR_INIT;

    assert_int_equal(add(fixture, domid, params, mode, &err), -1);
    if (strstr(err.message, why) == NULL)
        fail_msg("expected \"%s\" in: %s", why, err.message);
    assert_string_equal(stored(fixture, domid, "hotplug-status"), "busy");
    assert_string_equal(stored(fixture, domid, "hotplug-error"), err.message);
    assert_null(stored(fixture, domid, "physical-device"));
}

/* blkback closes it, and the kernel's list has it no more. */
static void close_as_blkback(struct fixture *fixture, uint32_t domid)
{
    cleanup_free char *folder = shown_folder(fixture, domid);
    cleanup_free char *shown = mem_printf("%s/physical_device", folder);

    io_cleanup_close(&fixture->held[domid]);
    unlink(shown);
    rmdir(folder);
}

static dev_t device_of(struct fixture *fixture, uint32_t domid)
{
    unsigned int major_number = 0, minor_number = 0;

    sscanf(stored(fixture, domid, "physical-device"), "%x:%x", &major_number,
           &minor_number);
    return makedev(major_number, minor_number);
}

static bool is_free(dev_t device)
{
    struct loop_file file;

    /* The kernel frees it a moment after its last user closed it. */
    for (int i = 0; i < 200 && loop_find_file(device, &file); i++)
        usleep(10000);
    return !loop_find_file(device, &file);
}

/* ---- files ---- */

static void a_file_gets_a_loop_device_until_its_guest_is_gone(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");
    struct loop_file file;
    struct stat status;

    give(fixture, 1, path, "w");
    dev_t device = device_of(fixture, 1);
    assert_int_equal(stat(path, &status), 0);
    assert_true(loop_find_file(device, &file));
    assert_int_equal(file.inode, status.st_ino);
    assert_string_equal(stored(fixture, 1, "hotplug-status"), "connected");
    assert_string_equal(stored(fixture, 1, "physical-device-path"),
                        stored(fixture, 1, "node"));
    /* No hook has to run for this. */
    close_as_blkback(fixture, 1);
    assert_true(is_free(device));
}

static void removing_frees_the_loop_device(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = make_file(fixture, "a.img");

    give(fixture, 1, path, "w");
    dev_t device = device_of(fixture, 1);
    assert_int_equal(unlink(path), 0);
    execute(fixture, 1, false, &err);
    expect_no_error(&err);
    close_as_blkback(fixture, 1);
    assert_true(is_free(device));
    assert_int_equal(access(fixture->place.file, F_OK), -1);
}

/* It may be somebody else's by then. */
static void removing_spares_a_device_with_another_file(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *one = make_file(fixture, "one.img");
    cleanup_free char *two = make_file(fixture, "two.img");
    cleanup_free char *own = backend(1);
    struct loop_file file;

    give(fixture, 1, one, "w");
    give(fixture, 2, two, "w");
    memory_set(&fixture->memory, own, "node", stored(fixture, 2, "node"));
    execute(fixture, 1, false, &err);
    expect_no_error(&err);
    assert_true(loop_find_file(device_of(fixture, 2), &file));
}

/* Nobody but the hook has it open then: the device must not vanish. */
static void a_slow_blkback_finds_its_device(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = make_file(fixture, "a.img");
    struct loop_file file;

    fixture->is_deaf = true;
    give(fixture, 1, path, "w");
    dev_t device = device_of(fixture, 1);
    usleep(100000);
    assert_true(loop_find_file(device, &file));
    execute(fixture, 1, false, &err);
    assert_true(is_free(device));
}

static struct fixture *with_slow_blkback(void **state, const char *meanwhile)
{
    struct fixture *fixture = with_loops(state);

    fixture->is_deaf = true;
    fixture->meanwhile = meanwhile;
    setenv("XN_SCRIPT_TIMEOUT", "1", 1);
    return fixture;
}

/* All is said before it waits, and nobody waits for it. */
static void a_slow_blkback_keeps_no_other_disk_waiting(void **state)
{
    cleanup_free char *path = make_file(*state, "a.img");
    cleanup_free char *other = make_file(*state, "b.img");
    struct fixture *fixture = with_slow_blkback(state, other);

    give(fixture, 1, path, "w");
    unsetenv("XN_SCRIPT_TIMEOUT");
    expect_no_error(&fixture->refusal);
    assert_int_equal(fixture->outcome, 0);
    assert_string_equal(stored(fixture, 2, "hotplug-status"), "connected");
}

static void what_a_slow_blkback_has_not_opened_is_in_use(void **state)
{
    cleanup_free char *path = make_file(*state, "a.img");
    struct fixture *fixture = with_slow_blkback(state, path);

    give(fixture, 1, path, "w");
    unsetenv("XN_SCRIPT_TIMEOUT");
    assert_int_equal(fixture->outcome, -1);
    assert_non_null(strstr(fixture->refusal.message, "in use by domain 1"));
    error_dispose(&fixture->refusal);
}

static void a_reader_cannot_write(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");

    chmod(path, 0400);
    give(fixture, 1, path, "r");
    int is_read_only = 0;
    assert_int_equal(ioctl(fixture->held[1], BLKROGET, &is_read_only), 0);
    assert_true(is_read_only);
    expect_refused(fixture, 2, path, "w", "is read-only");
}

static void a_missing_target_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;

    assert_int_equal(add(fixture, 1, "/nowhere/a.img", "w", &err), -1);
    expect_error(&err, ERR_CONFIG, "/nowhere/a.img: No such file or directory");
    assert_string_equal(stored(fixture, 1, "hotplug-status"), "error");
    assert_int_equal(add(fixture, 2, "/dev/null", "w", &err), -1);
    expect_error(&err, ERR_CONFIG,
                 "/dev/null is neither a file nor a block device");
}

static void an_empty_drive_is_fine(void **state)
{
    struct fixture *fixture = *state;

    give(fixture, 1, "", "r");
    assert_string_equal(stored(fixture, 1, "hotplug-status"), "connected");
    assert_null(stored(fixture, 1, "physical-device"));
}

static void a_second_call_changes_nothing(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");

    give(fixture, 1, path, "w");
    dev_t device = device_of(fixture, 1);
    give(fixture, 1, path, "w");
    assert_int_equal(device_of(fixture, 1), device);
}

static void a_toolstack_that_gave_up_gets_no_device(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = make_file(fixture, "a.img");
    cleanup_free char *own = backend(1);

    memory_set(&fixture->memory, own, "params", path);
    memory_set(&fixture->memory, own, "mode", "w");
    memory_set(&fixture->memory, own, "state", "5");
    assert_int_equal(execute(fixture, 1, true, &err), -1);
    expect_error(&err, ERR_DEVICE,
                 "the backend does not wait for it any more (state 5)");
    assert_null(stored(fixture, 1, "node"));
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

static void be_stuck(struct fixture *fixture, int out)
{
    cleanup_free char *folder = in(fixture, "far");
    cleanup_free char *path = in(fixture, "far/a.img");
    cleanup_free char *own = backend(1);
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
    struct fixture *fixture = *state;
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

/* ---- sharing ---- */

static void a_writer_tolerates_nobody(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");

    give(fixture, 1, path, "w");
    expect_refused(fixture, 2, path, "w", "is in use by domain 1");
    expect_refused(fixture, 3, path, "r", "domain 1, which writes to it");
}

static void readers_tolerate_each_other(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");

    give(fixture, 1, path, "r");
    give(fixture, 2, path, "r");
    expect_refused(fixture, 3, path, "w", "is in use by domain ");
}

static void forced_sharing_asks_nobody(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");

    give(fixture, 1, path, "w");
    give(fixture, 2, path, "w!");
}

static void the_same_file_under_another_name_is_the_same(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");
    cleanup_free char *hard = in(fixture, "hard.img");
    cleanup_free char *soft = in(fixture, "soft.img");

    assert_int_equal(link(path, hard), 0);
    assert_int_equal(symlink(path, soft), 0);
    give(fixture, 1, path, "w");
    expect_refused(fixture, 2, hard, "w", "is in use by domain 1");
    expect_refused(fixture, 3, soft, "r", "is in use by domain 1");
}

/* A loop device that somebody else made, given as a block device. */
static void the_same_file_through_another_loop_device_is_the_same(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");
    cleanup_free char *node = NULL;

    cleanup_close int file = open(path, O_RDWR | O_CLOEXEC);
    cleanup_close int loop = loop_attach(file, path, false, &node, NULL);
    assert_true(loop >= 0);
    give(fixture, 1, node, "w");
    assert_null(stored(fixture, 1, "node"));
    expect_refused(fixture, 2, path, "w", "is in use by domain 1");
}

static void the_same_guest_may_have_it_twice(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");

    give(fixture, 1, path, "w");
    memory_set(&fixture->memory, "/local/domain/2", "vm", "/vm/1");
    give(fixture, 2, path, "w");
    /* A device model's domain works for its guest. */
    memory_set(&fixture->memory, "/local/domain/3", "target", "1");
    give(fixture, 3, path, "w");
}

/* Xen's own script gave it, so no list but the kernel's has it. */
static void a_disk_of_another_toolstack_counts(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");

    give(fixture, 1, path, "w");
    assert_int_equal(unlink(fixture->place.file), 0);
    expect_refused(fixture, 2, path, "w", "is in use by domain 1");
}

/* Its backend is still there, but xenstore knows of no such disk. */
static void what_xenstore_does_not_know_stops_nobody(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");

    give(fixture, 1, path, "w");
    VEC_EACH (&fixture->memory.nodes, node)
        if (strncmp(node->path, "backend/vbd/1/", 14) == 0)
            node->path[0] = 'x';
    give(fixture, 2, path, "w");
}

static void a_guest_that_is_gone_stops_nobody(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");

    give(fixture, 1, path, "w");
    close_as_blkback(fixture, 1); /* killed: no hook ran */
    give(fixture, 2, path, "w");
    cleanup_claims struct claims claims;
    assert_int_equal(claims_open(&claims, &fixture->place, NULL), 0);
    assert_int_equal(claims.items.count, 1);
}

static void what_dom0_has_mounted_is_not_given_to_a_writer(void **state)
{
    struct fixture *fixture = with_loops(state);
    cleanup_free char *path = make_file(fixture, "a.img");
    cleanup_free char *node = NULL;
    struct stat status;

    cleanup_close int file = open(path, O_RDWR | O_CLOEXEC);
    cleanup_close int loop = loop_attach(file, path, false, &node, NULL);
    assert_int_equal(fstat(loop, &status), 0);
    cleanup_free char *read_only = mem_printf(
        "36 35 %u:%u / /mnt ro - ext3 /dev/loop ro,errors=continue\n",
        major(status.st_rdev), minor(status.st_rdev));
    cleanup_free char *writable =
        mem_printf("36 35 %u:%u / /mnt ro shared:1 - ext3 /dev/loop rw\n",
                   major(status.st_rdev), minor(status.st_rdev));

    write_text(fixture->place.mounts, read_only);
    expect_refused(fixture, 1, path, "w", "is mounted in this host");
    expect_refused(fixture, 1, node, "w", "is mounted in this host");
    cleanup_free char *btrfs =
        mem_printf("36 35 0:40 / /mnt rw - btrfs %s rw,subvol=/\n", node);
    write_text(fixture->place.mounts, btrfs);
    expect_refused(fixture, 2, path, "r", "is mounted in this host");
    write_text(fixture->place.mounts, writable);
    expect_refused(fixture, 2, path, "r", "is mounted in this host");
    write_text(fixture->place.mounts, read_only);
    give(fixture, 3, path, "r");
}

/* ---- the list ---- */

static void the_list_survives_what_it_cannot_read(void **state)
{
    struct fixture *fixture = *state;
    cleanup_claims struct claims claims;

    write_text(fixture->place.file, "1/51712 7:3 2049:12 w\n"
                                    "nonsense\n"
                                    "2/51728 8:1 - r\n"
                                    "3/51712 7:4 2049:13 w!\n");
    assert_int_equal(claims_open(&claims, &fixture->place, NULL), 0);
    assert_int_equal(claims.items.count, 3);
    assert_int_equal(claims.items.items[0].file.inode, 12);
    assert_int_equal(claims.items.items[1].device, makedev(8, 1));
    assert_false(claims.items.items[1].has_file);
    assert_int_equal(claims.items.items[2].mode, CLAIM_SHARED);
    claims_remove(&claims, 1, 51712);
    assert_int_equal(claims_save(&claims, NULL), 0);
    claims_close(&claims);
    assert_int_equal(claims_open(&claims, &fixture->place, NULL), 0);
    assert_int_equal(claims.items.count, 2);
}

static void modes_are_read_as_xen_reads_them(void **state)
{
    assert_int_equal(claim_parse_mode("r"), CLAIM_READ);
    assert_int_equal(claim_parse_mode("w"), CLAIM_WRITE);
    assert_int_equal(claim_parse_mode("rw"), CLAIM_WRITE);
    assert_int_equal(claim_parse_mode("w!"), CLAIM_SHARED);
    assert_int_equal(claim_parse_mode("!"), CLAIM_READ);
}

#define BLOCK_TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BLOCK_TEST(a_file_gets_a_loop_device_until_its_guest_is_gone),
        BLOCK_TEST(removing_frees_the_loop_device),
        BLOCK_TEST(removing_spares_a_device_with_another_file),
        BLOCK_TEST(a_slow_blkback_finds_its_device),
        BLOCK_TEST(a_slow_blkback_keeps_no_other_disk_waiting),
        BLOCK_TEST(what_a_slow_blkback_has_not_opened_is_in_use),
        BLOCK_TEST(a_reader_cannot_write),
        BLOCK_TEST(a_missing_target_is_an_error),
        BLOCK_TEST(an_empty_drive_is_fine),
        BLOCK_TEST(a_second_call_changes_nothing),
        BLOCK_TEST(a_toolstack_that_gave_up_gets_no_device),
        BLOCK_TEST(a_hook_in_time_hears_nothing),
        BLOCK_TEST(a_file_server_that_hangs_does_not_hang_the_hook),
        BLOCK_TEST(a_writer_tolerates_nobody),
        BLOCK_TEST(readers_tolerate_each_other),
        BLOCK_TEST(forced_sharing_asks_nobody),
        BLOCK_TEST(the_same_file_under_another_name_is_the_same),
        BLOCK_TEST(the_same_file_through_another_loop_device_is_the_same),
        BLOCK_TEST(the_same_guest_may_have_it_twice),
        BLOCK_TEST(a_disk_of_another_toolstack_counts),
        BLOCK_TEST(what_xenstore_does_not_know_stops_nobody),
        BLOCK_TEST(a_guest_that_is_gone_stops_nobody),
        BLOCK_TEST(what_dom0_has_mounted_is_not_given_to_a_writer),
        BLOCK_TEST(the_list_survives_what_it_cannot_read),
        BLOCK_TEST(modes_are_read_as_xen_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
