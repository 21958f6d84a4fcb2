/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files: read whole within a limit, replaced in one step or not at all. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void write_file(const char *path, const char *text)
{
    struct error err = ERROR_INIT;

    assert_int_equal(io_replace_file(path, 0600, text, strlen(text), &err), 0);
    expect_no_error(&err);
}

static void expect_file(const char *path, const char *text)
{
    struct error err = ERROR_INIT;
    cleanup_free char *bytes = NULL;
    size_t length;

    assert_int_equal(io_read_file(path, 1 << 20, &bytes, &length, &err), 0);
    assert_int_equal(length, strlen(text));
    assert_string_equal(bytes, text);
}

static void a_file_that_was_written_reads_back(void **state)
{
    cleanup_free char *path = scratch_path("file");
    struct stat st;

    write_file(path, "one\n");
    expect_file(path, "one\n");
    write_file(path, "");
    expect_file(path, "");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    scratch_remove(path);
}

static void a_missing_file_is_an_error_that_names_it(void **state)
{
    struct error err = ERROR_INIT;
    char *bytes;
    size_t length;

    assert_int_equal(io_read_file("no/such", 9, &bytes, &length, &err), -1);
    expect_error(&err, ERR_CONFIG, "no/such: No such file or directory");
    assert_int_equal(io_read_file("/", 9, &bytes, &length, &err), -1);
    expect_error(&err, ERR_CONFIG, "/: Is a directory");
}

static void a_file_beyond_the_limit_is_refused(void **state)
{
    struct error err = ERROR_INIT;
    char *bytes;
    size_t length;

    /* It has no end: the limit must hold while reading. */
    assert_int_equal(io_read_file("/dev/zero", 2 << 20, &bytes, &length, &err),
                     -1);
    expect_error(&err, ERR_CONFIG, "/dev/zero: longer than 2 MiB");
}

static void a_file_of_exactly_the_limit_is_read(void **state)
{
    cleanup_free char *path = scratch_path("file");
    struct error err = ERROR_INIT;
    char *bytes = NULL;
    size_t length;

    write_file(path, "12345");
    assert_int_equal(io_read_file(path, 5, &bytes, &length, &err), 0);
    free(bytes);
    assert_int_equal(io_read_file(path, 4, &bytes, &length, &err), -1);
    error_dispose(&err);
    scratch_remove(path);
}

static void the_tail_of_a_file_begins_with_a_whole_line(void **state)
{
    cleanup_free char *path = scratch_path("log");

    write_file(path, "first\nsecond\nthird\n");
    cleanup_free char *cut = io_read_tail(path, 9);
    assert_string_equal(cut, "third\n");
    cleanup_free char *all = io_read_tail(path, 1000);
    assert_string_equal(all, "first\nsecond\nthird\n");
    write_file(path, "");
    assert_null(io_read_tail(path, 9));
    scratch_remove(path);
    assert_null(io_read_tail(path, 9));
}

static void a_full_disk_is_told_by_errno(void **state)
{
    cleanup_close int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

    assert_int_equal(io_write_all(fd, "x", 1), -1);
    assert_int_equal(errno, ENOSPC);
}

static void a_failed_replacement_keeps_the_old_file(void **state)
{
    cleanup_free char *path = scratch_path("file");
    struct error err = ERROR_INIT;
    struct rlimit before, small = { 4, 4 };
    static const char large[64] = "x";

    write_file(path, "old");
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    int rc = io_replace_file(path, 0600, large, sizeof(large), &err);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(rc, -1);
    cleanup_free char *said = mem_printf("%s: File too large", path);
    expect_error(&err, ERR_FAILED, said);
    expect_file(path, "old");
    scratch_remove(path); /* fails if a temporary file were left */
}

static void a_directory_is_not_replaced_by_a_file(void **state)
{
    cleanup_free char *path = scratch_path("dir");
    struct error err = ERROR_INIT;

    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(io_replace_file(path, 0600, "x", 1, &err), -1);
    cleanup_free char *said = mem_printf("%s: Is a directory", path);
    expect_error(&err, ERR_FAILED, said);
    assert_int_equal(rmdir(path), 0);
    scratch_remove(path);
}

static void directories_are_made_with_their_parents(void **state)
{
    cleanup_free char *top = scratch_path("a");
    cleanup_free char *deep = mem_printf("%s/b/c", top);
    cleanup_free char *middle = mem_printf("%s/b", top);
    struct error err = ERROR_INIT;
    struct stat st;

    assert_int_equal(io_make_dirs(deep, 0700, &err), 0);
    assert_int_equal(io_make_dirs(deep, 0700, &err), 0);
    assert_int_equal(stat(deep, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(rmdir(deep), 0);
    write_file(deep, "in the way");
    cleanup_free char *below = mem_printf("%s/d", deep);
    assert_int_equal(io_make_dirs(below, 0700, &err), -1);
    cleanup_free char *said = mem_printf("%s: Not a directory", below);
    expect_error(&err, ERR_FAILED, said);
    unlink(deep);
    rmdir(middle);
    rmdir(top);
    scratch_remove(top);
}

static void closing_is_safe_twice_and_stealing_prevents_it(void **state)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), stolen;

    stolen = io_steal_fd(&fd);
    io_cleanup_close(&fd);
    assert_int_equal(fd, -1);
    assert_int_not_equal(fcntl(stolen, F_GETFD), -1);
    io_cleanup_close(&stolen);
    io_cleanup_close(&stolen);
    assert_int_equal(stolen, -1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_file_that_was_written_reads_back),
    cmocka_unit_test(a_missing_file_is_an_error_that_names_it),
    cmocka_unit_test(a_file_beyond_the_limit_is_refused),
    cmocka_unit_test(a_file_of_exactly_the_limit_is_read),
    cmocka_unit_test(the_tail_of_a_file_begins_with_a_whole_line),
    cmocka_unit_test(a_full_disk_is_told_by_errno),
    cmocka_unit_test(a_failed_replacement_keeps_the_old_file),
    cmocka_unit_test(a_directory_is_not_replaced_by_a_file),
    cmocka_unit_test(directories_are_made_with_their_parents),
    cmocka_unit_test(closing_is_safe_twice_and_stealing_prevents_it),
};

UNIT_MAIN(tests)
