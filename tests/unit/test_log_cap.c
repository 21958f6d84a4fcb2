/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logs of other programs: what stays of one that is over its cap. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "xnd/log_cap.h"

#define CAP ((uint64_t)4096)

/* Lines of 64 bytes, numbered. */
static int write_log(const char *path, int lines)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

    assert_true(fd >= 0);
    for (int i = 0; i < lines; i++)
        dprintf(fd, "%063d\n", i);
    return fd;
}

static void a_full_log_is_renamed(void **state)
{
    cleanup_free char *path = scratch_path("guest-web.log");
    cleanup_free char *older = mem_printf("%s.1", path);
    cleanup_close int fd = write_log(path, 64);

    assert_false(log_cap_rotate(path, CAP)); /* just full */
    dprintf(fd, "x");
    assert_true(log_cap_rotate(path, CAP));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(older, F_OK), 0);
    assert_false(log_cap_rotate(path, CAP));
    unlink(older);
    scratch_remove(path);
}

static void a_log_that_is_not_wanted_is_emptied(void **state)
{
    cleanup_free char *path = scratch_path("guest-web.log");
    cleanup_close int fd = write_log(path, 1);
    struct stat status;

    assert_false(log_cap_rotate(path, 0));
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_size, 0);
    scratch_remove(path);
}

static void of_a_cut_log_the_end_stays_in_whole_lines(void **state)
{
    cleanup_free char *path = scratch_path("qemu-dm-web.log");
    cleanup_close int fd = write_log(path, 100);
    cleanup_free char *text = NULL;
    size_t length;

    assert_true(log_cap_cut(path, CAP));
    dprintf(fd, "after\n"); /* the writer's descriptor goes on */
    assert_int_equal(io_read_file(path, CAP, &text, &length, NULL), 0);
    const char *line = strchr(text, '\n') + 1;
    assert_non_null(
        strstr(text, "]: the log was full: 5440 bytes are cut off"));
    for (int i = 85; i < 100; i++, line += 64) {
        cleanup_free char *wanted = mem_printf("%063d\n", i);
        assert_memory_equal(line, wanted, 64);
    }
    assert_string_equal(line, "after\n");
    scratch_remove(path);
}

/* Not even a guest that has no line feed printed. */
static void a_cut_log_is_below_its_cap(void **state)
{
    cleanup_free char *path = scratch_path("qemu-dm-web.log");
    cleanup_close int fd = write_log(path, 0);
    struct stat status;

    for (int i = 0; i < 3 * (int)CAP; i++)
        dprintf(fd, "x");
    assert_true(log_cap_cut(path, CAP));
    assert_int_equal(fstat(fd, &status), 0);
    assert_in_range(status.st_size, 1, CAP / 2);
    assert_false(log_cap_cut(path, CAP));
    scratch_remove(path);
}

static void a_link_is_not_followed(void **state)
{
    cleanup_free char *path = scratch_path("qemu-dm-web.log");
    cleanup_free char *target = mem_printf("%s.target", path);
    cleanup_close int fd = write_log(target, 100);
    struct stat status;

    assert_int_equal(symlink(strrchr(target, '/') + 1, path), 0);
    assert_false(log_cap_cut(path, CAP));
    assert_false(log_cap_rotate(path, CAP));
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_size, 6400);
    unlink(target);
    scratch_remove(path);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_full_log_is_renamed),
    cmocka_unit_test(a_log_that_is_not_wanted_is_emptied),
    cmocka_unit_test(of_a_cut_log_the_end_stays_in_whole_lines),
    cmocka_unit_test(a_cut_log_is_below_its_cap),
    cmocka_unit_test(a_link_is_not_followed),
};

UNIT_MAIN(tests)
