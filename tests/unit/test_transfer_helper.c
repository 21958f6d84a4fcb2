/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How libxl is brought to start our save helper, and brought back. */
#include <fcntl.h>
#include <unistd.h>

#include <libxl.h>

#include "unit.h"

#include "base/paths.h"
#include "domain/transfer/save_helper.h"
#include "savehelper/environment.h"

static void libxls_own_helper_is_found_in_the_library(void **state)
{
    cleanup_free char *path = save_helper_find_stock();

    libxl_ctx_free(NULL); /* so that this program has the library */
    assert_non_null(path);
    assert_int_equal(path[0], '/');
    assert_string_equal(strrchr(path, '/'), "/libxl-save-helper");
    assert_true(strlen(path) < 200);
}

static void expect_nothing_is_set(void)
{
    assert_null(getenv(ENVIRONMENT_HELPER));
    assert_null(getenv(ENVIRONMENT_STOCK));
    assert_null(getenv(ENVIRONMENT_PRECOPY));
    assert_null(getenv(ENVIRONMENT_REPORT));
}

static void a_save_gets_all_of_it_and_leaves_nothing(void **state)
{
    const struct precopy precopy = { .max_downtime_ms = 5 };
    struct rounds rounds = ROUNDS_INIT;
    struct save_helper helper;

    expect_nothing_is_set();
    save_helper_begin(&helper, &precopy);
    assert_string_equal(getenv(ENVIRONMENT_HELPER), PATHS_SAVE_HELPER);
    assert_string_equal(getenv(ENVIRONMENT_PRECOPY),
                        "downtime=5 rounds=0 busy=stop");
    int fd = atoi(getenv(ENVIRONMENT_REPORT));
    assert_int_equal(fd, helper.told.out);
    assert_int_equal(fcntl(fd, F_GETFD), 0); /* inherited */
    assert_int_equal(write(fd, "round 1 9 8 7\n", 14), 14);
    save_helper_end(&helper, &rounds);
    assert_int_equal(rounds.count, 1);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    expect_nothing_is_set();
}

/* libxl starts a device model in between, which is to inherit no pipe. */
static void a_restore_gets_no_pipe(void **state)
{
    struct save_helper helper;

    save_helper_begin(&helper, NULL);
    assert_string_equal(getenv(ENVIRONMENT_HELPER), PATHS_SAVE_HELPER);
    assert_null(getenv(ENVIRONMENT_REPORT));
    assert_int_equal(helper.told.out, -1);
    save_helper_end(&helper, NULL);
    expect_nothing_is_set();
}

static void another_helper_of_the_users_is_kept(void **state)
{
    struct save_helper helper;

    setenv(ENVIRONMENT_HELPER, "/opt/other", 1);
    save_helper_begin(&helper, NULL);
    assert_string_equal(getenv(ENVIRONMENT_HELPER), "/opt/other");
    assert_null(getenv(ENVIRONMENT_STOCK));
    save_helper_end(&helper, NULL);
    assert_string_equal(getenv(ENVIRONMENT_HELPER), "/opt/other");
    unsetenv(ENVIRONMENT_HELPER);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(libxls_own_helper_is_found_in_the_library),
    cmocka_unit_test(a_save_gets_all_of_it_and_leaves_nothing),
    cmocka_unit_test(a_restore_gets_no_pipe),
    cmocka_unit_test(another_helper_of_the_users_is_kept),
};

UNIT_MAIN(tests)
