/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel cache: what it finds again, keeps, removes and locks. */
#include "packed_kernel.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/interrupt.h"
#include "base/log.h"

/* Lets a file be old enough for the cache to take note of it. */
static void settle(void)
{
    struct timespec pause = { .tv_sec = 3, .tv_nsec = 100000000 };

    nanosleep(&pause, NULL);
}

static void the_second_use_unpacks_nothing(void **state)
{
    struct fixture *fixture = *state;
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[0], 1);
    struct stat first, second;
    struct kernel_copy copy;

    use(fixture, path, &copy);
    assert_int_equal(fstat(copy.fd, &first), 0);
    kernel_copy_release(&copy);
    use(fixture, path, &copy);
    assert_int_equal(fstat(copy.fd, &second), 0);
    kernel_copy_release(&copy);
    assert_int_equal(first.st_ino, second.st_ino);
    assert_int_equal(count_kernels(fixture), 1);
}

static void the_same_content_elsewhere_is_the_same_kernel(void **state)
{
    struct fixture *fixture = *state;
    cleanup_free char *one = bzimage_file(fixture, "one", &packers[0], 1);
    cleanup_free char *two = bzimage_file(fixture, "two", &packers[0], 1);
    struct kernel_copy copy;

    use(fixture, one, &copy);
    kernel_copy_release(&copy);
    use(fixture, two, &copy);
    kernel_copy_release(&copy);
    assert_int_equal(count_kernels(fixture), 1);
}

/* Same name, same size, same time of modification. */
static void a_file_that_changed_is_another_kernel(void **state)
{
    struct fixture *fixture = *state;
    cleanup_bytes struct bytes one = make_vmlinux(1, 65536);
    cleanup_bytes struct bytes two = make_vmlinux(2, 65536);
    const struct packer stored = { "gzip", { "gzip", "-1c" }, false };
    cleanup_bytes struct bytes first = pack(fixture, &stored, &one);
    cleanup_bytes struct bytes second = pack(fixture, &stored, &two);
    struct kernel_copy copy;

    cleanup_free char *path = kernel_file(fixture, "vmlinuz", &first);
    settle();
    use(fixture, path, &copy);
    expect_content(copy.path, &one);
    kernel_copy_release(&copy);
    free(kernel_file(fixture, "vmlinuz", &second));
    use(fixture, path, &copy);
    expect_content(copy.path, &two);
    kernel_copy_release(&copy);
}

/* The noted file is known without being read: its bytes do not matter. */
static void a_noted_file_is_not_read_again(void **state)
{
    struct fixture *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[0], 1);
    cleanup_kernel_cache_list struct kernel_cache_list list;
    cleanup_free char *secret = mem_printf("%s/secret", fixture->cache.folder);
    struct kernel_copy copy;

    settle();
    use(fixture, path, &copy);
    kernel_copy_release(&copy);
    kernel_cache_list(&fixture->cache, &list, &err);
    expect_no_error(&err);
    assert_int_equal(list.items.count, 1);
    assert_int_equal(list.items.items[0].files.count, 1);
    assert_string_equal(list.items.items[0].files.items[0], path);
    assert_int_equal(list.bytes, VMLINUX);

    /* With another secret its content would have another key. */
    assert_int_equal(unlink(secret), 0);
    use(fixture, path, &copy);
    assert_non_null(copy.path);
    kernel_copy_release(&copy);
    assert_int_equal(access(secret, F_OK), -1);
}

static void the_least_recently_used_goes_first(void **state)
{
    struct fixture *fixture = *state;
    struct timespec old[2] = { { .tv_sec = 5000 }, { .tv_sec = 5000 } };
    char *paths[3];
    cleanup_free char *oldest = NULL;
    struct kernel_copy copy;

    for (unsigned int i = 0; i < 3; i++) {
        cleanup_free char *name = mem_printf("vmlinuz-%u", i);
        paths[i] = bzimage_file(fixture, name, &packers[4], i);
        use(fixture, paths[i], &copy);
        if (i == 0)
            oldest = mem_strdup(copy.path);
        /* Each one older than the next; three do not fit. */
        old[0].tv_sec = old[1].tv_sec = 5000 + i;
        if (i < 2)
            assert_int_equal(futimens(copy.fd, old), 0);
        kernel_copy_release(&copy);
        free(paths[i]);
    }
    assert_int_equal(count_kernels(fixture), 2);
    assert_int_equal(access(oldest, F_OK), -1);
}

static void a_kernel_in_use_is_not_removed(void **state)
{
    struct fixture *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *one = bzimage_file(fixture, "one", &packers[0], 1);
    cleanup_free char *two = bzimage_file(fixture, "two", &packers[0], 2);
    struct kernel_cache_cleared cleared;
    struct kernel_copy used, unused;

    use(fixture, one, &used);
    use(fixture, two, &unused);
    kernel_copy_release(&unused);
    kernel_cache_clear(&fixture->cache, &cleared, &err);
    expect_no_error(&err);
    assert_int_equal(cleared.removed, 1);
    assert_int_equal(cleared.in_use, 1);
    assert_int_equal(cleared.bytes, VMLINUX);
    assert_int_equal(access(used.path, F_OK), 0);
    kernel_copy_release(&used);
    kernel_cache_clear(&fixture->cache, &cleared, &err);
    assert_int_equal(cleared.removed, 1);
    assert_int_equal(count_kernels(fixture), 0);
}

static void a_cache_that_was_never_used_is_empty(void **state)
{
    struct fixture *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;
    struct kernel_cache_cleared cleared;

    assert_int_equal(count_kernels(fixture), 0);
    kernel_cache_clear(&fixture->cache, &cleared, &err);
    expect_no_error(&err);
    assert_int_equal(cleared.removed, 0);
}

/* Half made by a process that was killed. */
static void a_part_that_was_left_is_written_anew(void **state)
{
    struct fixture *fixture = *state;
    cleanup_bytes struct bytes kernel = make_vmlinux(1, VMLINUX);
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[0], 1);
    cleanup_free char *part = mem_printf("%s/part", fixture->cache.folder);
    cleanup_error struct error err = ERROR_INIT;
    cleanup_bytes struct bytes left = make_vmlinux(9, 2 * VMLINUX);
    struct kernel_copy copy;

    io_make_dirs(fixture->cache.folder, 0700, &err);
    write_file(part, left.data, left.length);
    use(fixture, path, &copy);
    expect_content(copy.path, &kernel);
    kernel_copy_release(&copy);
    assert_int_equal(access(part, F_OK), -1);
}

static void a_cache_that_cannot_be_written_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[0], 1);
    cleanup_error struct error err = ERROR_INIT;
    struct kernel_copy copy;

    /* A file where the folder would be, as root may write anywhere. */
    cleanup_free char *parent = mem_printf("%s/cache", fixture->folder);
    write_file(parent, "", 0);
    assert_int_equal(kernel_cache_use(&fixture->cache, path, &copy, &err), -1);
    assert_non_null(strstr(err.message, fixture->cache.folder));
    assert_null(copy.path);
}

#define RACERS 8

/* One of several processes that start at once; what it gets must be whole. */
static int race(struct fixture *fixture, const char *path)
{
    struct kernel_copy copy;
    struct stat status;

    if (kernel_cache_use(&fixture->cache, path, &copy, NULL) < 0 ||
        fstat(copy.fd, &status) < 0 || (size_t)status.st_size != VMLINUX)
        return 1;
    kernel_copy_release(&copy);
    return 0;
}

static void creates_at_once_unpack_once(void **state)
{
    struct fixture *fixture = *state;
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[1], 1);
    pid_t pids[RACERS];

    for (int i = 0; i < RACERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit(race(fixture, path));
    }
    for (int i = 0; i < RACERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(count_kernels(fixture), 1);
}

static void an_interrupt_ends_the_wait_for_the_lock(void **state)
{
    struct fixture *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;
    cleanup_free char *path = bzimage_file(fixture, "vmlinuz", &packers[0], 1);
    struct kernel_copy copy;

    interrupt_install(&err);
    io_make_dirs(fixture->cache.folder, 0700, &err);
    expect_no_error(&err);
    cleanup_close int lock =
        open(fixture->cache.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    raise(SIGTERM);
    assert_int_equal(kernel_cache_use(&fixture->cache, path, &copy, &err), -1);
    expect_error(&err, ERR_FAILED, "interrupted");
    interrupt_clear();
}

#define CACHE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    CACHE_TEST(the_second_use_unpacks_nothing),
    CACHE_TEST(the_same_content_elsewhere_is_the_same_kernel),
    CACHE_TEST(a_file_that_changed_is_another_kernel),
    CACHE_TEST(a_noted_file_is_not_read_again),
    CACHE_TEST(the_least_recently_used_goes_first),
    CACHE_TEST(a_kernel_in_use_is_not_removed),
    CACHE_TEST(a_cache_that_was_never_used_is_empty),
    CACHE_TEST(a_part_that_was_left_is_written_anew),
    CACHE_TEST(a_cache_that_cannot_be_written_is_an_error),
    CACHE_TEST(creates_at_once_unpack_once),
    CACHE_TEST(an_interrupt_ends_the_wait_for_the_lock),
};

UNIT_MAIN(tests)
