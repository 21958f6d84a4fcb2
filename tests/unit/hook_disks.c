/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hook_disks.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/proc.h"
#include "block.h"

char *disks_path(struct disks *fixture, const char *name)
{
    return mem_printf("%s/%s", fixture->folder, name);
}

char *disks_backend(uint32_t domid)
{
    return mem_printf("backend/vbd/%u/51712", domid);
}

void disks_write(const char *path, const char *text)
{
    cleanup_error struct error err = ERROR_INIT;

    io_replace_file(path, 0600, text, strlen(text), &err);
    expect_no_error(&err);
}

static char *shown_folder(struct disks *fixture, uint32_t domid)
{
    return mem_printf("%s/vbd-%u-51712", fixture->place.backends, domid);
}

/* A backend that waits for its device. */
static void show_as_kernel(struct disks *fixture, uint32_t domid)
{
    cleanup_free char *folder = shown_folder(fixture, domid);

    mkdir(folder, 0700);
}

/* As blkback: opens what physical-device says, then shows it. */
static void open_as_blkback(struct disks *fixture, uint32_t domid,
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
    disks_write(shown, numbers);
}

const char *disks_stored(struct disks *fixture, uint32_t domid, const char *key)
{
    cleanup_free char *path = disks_backend(domid);

    return memory_value(&fixture->memory, path, key);
}

/* Guest 1's blkback takes its time: guest 2 gets its disk before. */
static void be_slow(struct disks *fixture)
{
    const char *disk = fixture->meanwhile;

    fixture->meanwhile = NULL;
    fixture->is_deaf = false;
    assert_true(fixture->held[1] < 0);
    fixture->outcome = disks_add(fixture, 2, disk, "w", &fixture->refusal);
    open_as_blkback(fixture, 1, disks_stored(fixture, 1, "physical-device"));
}

static int write_as_xenstored(struct store *store, const char *path,
                              const char *value)
{
    struct disks *fixture = (struct disks *)store;
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

int disks_set_up(void **state)
{
    struct disks *fixture = MEM_NEW(struct disks);

    memory_begin(&fixture->memory);
    fixture->memory.store.write = write_as_xenstored;
    fixture->folder = realpath(".", NULL);
    char *pattern = mem_printf("%s/unit-XXXXXX", fixture->folder);
    free(fixture->folder);
    fixture->folder = mkdtemp(pattern);
    fixture->place.lock_folder = disks_path(fixture, "lock");
    fixture->place.file = disks_path(fixture, "claims");
    fixture->place.backends = disks_path(fixture, "backends");
    fixture->place.mounts = disks_path(fixture, "mounts");
    mkdir(fixture->place.backends, 0700);
    disks_write(fixture->place.mounts,
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

int disks_tear_down(void **state)
{
    struct disks *fixture = *state;
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

struct disks *disks_with_loops(void **state)
{
    if (geteuid() != 0 || !has_loops()) {
        print_message("needs root and loop devices\n");
        skip();
    }
    return *state;
}

char *disks_make_file(struct disks *fixture, const char *name)
{
    char *path = disks_path(fixture, name);

    cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(fd, DISK_BYTES), 0);
    return path;
}

int disks_execute(struct disks *fixture, uint32_t domid, bool arrives,
                  struct error *err)
{
    cleanup_free char *path = disks_backend(domid);
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
int disks_add(struct disks *fixture, uint32_t domid, const char *params,
              const char *mode, struct error *err)
{
    cleanup_free char *path = disks_backend(domid);

    memory_set(&fixture->memory, path, "params", params);
    memory_set(&fixture->memory, path, "mode", mode);
    memory_set(&fixture->memory, path, "state", "2");
    show_as_kernel(fixture, domid);
    return disks_execute(fixture, domid, true, err);
}

void disks_give(struct disks *fixture, uint32_t domid, const char *params,
                const char *mode)
{
    cleanup_error struct error err = ERROR_INIT;

    disks_add(fixture, domid, params, mode, &err);
    expect_no_error(&err);
}

void disks_expect_refused(struct disks *fixture, uint32_t domid,
                          const char *params, const char *mode, const char *why)
{
    cleanup_error struct error err = ERROR_INIT;

    assert_int_equal(disks_add(fixture, domid, params, mode, &err), -1);
    if (strstr(err.message, why) == NULL)
        fail_msg("expected \"%s\" in: %s", why, err.message);
    assert_string_equal(disks_stored(fixture, domid, "hotplug-status"), "busy");
    assert_string_equal(disks_stored(fixture, domid, "hotplug-error"),
                        err.message);
    assert_null(disks_stored(fixture, domid, "physical-device"));
}

/* blkback closes it, and the kernel's list has it no more. */
void disks_close(struct disks *fixture, uint32_t domid)
{
    cleanup_free char *folder = shown_folder(fixture, domid);
    cleanup_free char *shown = mem_printf("%s/physical_device", folder);

    io_cleanup_close(&fixture->held[domid]);
    unlink(shown);
    rmdir(folder);
}

dev_t disks_device(struct disks *fixture, uint32_t domid)
{
    unsigned int major_number = 0, minor_number = 0;

    sscanf(disks_stored(fixture, domid, "physical-device"), "%x:%x",
           &major_number, &minor_number);
    return makedev(major_number, minor_number);
}

bool disks_is_free(dev_t device)
{
    struct loop_file file;

    /* The kernel frees it a moment after its last user closed it. */
    for (int i = 0; i < 200 && loop_find_file(device, &file); i++)
        usleep(10000);
    return !loop_find_file(device, &file);
}
