/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a guest is not stopped yet, as what was sent for it is on its way. */
#include "unit.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "savehelper/backlog.h"

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A pipe of 64 KiB with that many in it; the reading end is in ends[0]. */
static void fill_pipe(int ends[2], size_t kib)
{
    static const char block[1024];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 64 << 10), 64 << 10);
    while (kib-- > 0)
        assert_int_equal(write(ends[1], block, sizeof(block)), sizeof(block));
}

static void close_pipe(int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

static void a_full_way_is_waited_for_once(void **state)
{
    int ends[2];

    fill_pipe(ends, 9);
    struct backlog backlog = { .fd = ends[1] };
    int64_t began = now_us();
    backlog_note(&backlog, began, 50);
    assert_true(backlog_wait(&backlog, began));
    assert_true(now_us() - began >= 50000);
    began = now_us();
    backlog_note(&backlog, began, 100000);
    assert_false(backlog_wait(&backlog, began));
    close_pipe(ends);
}

static void what_has_arrived_meanwhile_is_not_waited_for(void **state)
{
    int ends[2];

    fill_pipe(ends, 9);
    struct backlog backlog = { .fd = ends[1] };
    backlog_note(&backlog, 1000000, 50);
    assert_false(backlog_wait(&backlog, 1050000));
    /* A later round found it full again. */
    backlog_note(&backlog, 2000000, 50);
    assert_true(backlog_wait(&backlog, 2040000));
    close_pipe(ends);
}

static void a_way_that_keeps_up_is_not_waited_for(void **state)
{
    int ends[2];

    fill_pipe(ends, 7);
    struct backlog backlog = { .fd = ends[1] };
    backlog_note(&backlog, 1000000, 50);
    assert_false(backlog_wait(&backlog, 1000000));
    close_pipe(ends);
}

static void a_file_is_no_way(void **state)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct backlog backlog = { .fd = fd };

    assert_true(fd >= 0);
    backlog_note(&backlog, 1000000, 50);
    assert_false(backlog_wait(&backlog, 1000000));
    close(fd);
}

static void nobody_waits_for_long(void **state)
{
    int ends[2];

    fill_pipe(ends, 64);
    struct backlog backlog = { .fd = ends[1] };
    backlog_note(&backlog, 1000000, UINT64_MAX / 4096);
    assert_int_equal(backlog.until_us, 1000000 + BACKLOG_MAX_MS * 1000);
    close_pipe(ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_way_is_waited_for_once),
        cmocka_unit_test(what_has_arrived_meanwhile_is_not_waited_for),
        cmocka_unit_test(a_way_that_keeps_up_is_not_waited_for),
        cmocka_unit_test(a_file_is_no_way),
        cmocka_unit_test(nobody_waits_for_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
