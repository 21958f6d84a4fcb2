/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which devices a guest has connected, of a xenstore that is played. */
#include "unit.h"

#include <signal.h>
#include <sys/time.h>

#include "host/connected.h"
#include "played_xenstore.h"

#define DISK "/local/domain/0/backend/vbd/7/51712"
#define NIC "/local/domain/3/backend/vif/7/0"
#define SOON_US 20000
#define LONG_MS 60000

static int begin(void **state)
{
    (void)state;
    played_write("/libxl/7/device/vbd/51712/backend", DISK);
    played_write("/libxl/7/device/vif/0/backend", NIC);
    played_write("/libxl/7/device/console/0/backend",
                 "/local/domain/0/backend/console/7/0");
    played_write("/local/domain/0/backend/console/7/0/state", "4");
    return 0;
}

static int end(void **state)
{
    (void)state;
    played_reset();
    return 0;
}

static void expect_count(unsigned int expected)
{
    unsigned int count = 99;

    assert_int_equal(connected_count(7, &count, NULL), 0);
    assert_int_equal(count, expected);
}

static void those_whose_backend_says_so_are_counted(void **state)
{
    (void)state;
    expect_count(0);
    played_write(DISK "/state", "2");
    played_write(NIC "/state", "4");
    expect_count(1);
    played_write(DISK "/state", "4");
    expect_count(2);
    played_write(DISK "/state", "44");
    played_write(NIC "/state", "4 ");
    expect_count(0);
}

static void a_guest_without_devices_has_none(void **state)
{
    unsigned int count = 99;

    (void)state;
    assert_int_equal(connected_count(8, &count, NULL), 0);
    assert_int_equal(count, 0);
    assert_int_equal(connected_await(8, 0, LONG_MS, NULL), 1);
}

static void a_device_whose_backend_is_gone_is_none(void **state)
{
    (void)state;
    played_write(NIC "/state", "4");
    assert_true(played_remove(NIC));
    expect_count(0);
}

static void what_is_there_is_not_waited_for(void **state)
{
    (void)state;
    played_write(NIC "/state", "4");
    assert_int_equal(connected_await(7, 1, LONG_MS, NULL), 1);
    assert_int_equal(played_watches(NIC "/state"), 0);
}

static void no_more_are_waited_for_than_it_has(void **state)
{
    (void)state;
    played_write(DISK "/state", "4");
    played_write(NIC "/state", "4");
    assert_int_equal(connected_await(7, 3, LONG_MS, NULL), 1);
}

static void the_wait_ends_without_them(void **state)
{
    (void)state;
    played_write(NIC "/state", "4");
    assert_int_equal(connected_await(7, 2, 20, NULL), 0);
}

static void connect_disk(int number)
{
    (void)number;
    played_write(DISK "/state", "4");
}

static void the_wait_ends_with_the_last_of_them(void **state)
{
    const struct itimerval soon = { .it_value.tv_usec = SOON_US };

    (void)state;
    played_write(NIC "/state", "4");
    signal(SIGALRM, connect_disk);
    setitimer(ITIMER_REAL, &soon, NULL);
    assert_int_equal(connected_await(7, 2, LONG_MS, NULL), 1);
}

static void a_xenstored_that_is_gone_is_an_error(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    unsigned int count;

    (void)state;
    played_die(true);
    assert_int_equal(connected_count(7, &count, &err), -1);
    assert_int_equal(err.kind, ERR_HOST);
    error_dispose(&err);
    assert_int_equal(connected_await(7, 1, LONG_MS, &err), -1);
    assert_int_equal(err.kind, ERR_HOST);
    played_die(false);
}

#define CONNECTED_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
    CONNECTED_TEST(those_whose_backend_says_so_are_counted),
    CONNECTED_TEST(a_guest_without_devices_has_none),
    CONNECTED_TEST(a_device_whose_backend_is_gone_is_none),
    CONNECTED_TEST(what_is_there_is_not_waited_for),
    CONNECTED_TEST(no_more_are_waited_for_than_it_has),
    CONNECTED_TEST(the_wait_ends_without_them),
    CONNECTED_TEST(the_wait_ends_with_the_last_of_them),
    CONNECTED_TEST(a_xenstored_that_is_gone_is_an_error),
};

UNIT_MAIN(tests)
