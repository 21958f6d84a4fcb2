/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A user's script of a device: what it is given, and how it ends. */
#include "hook_unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/paths.h"
#include "base/script_name.h"
#include "starter.h"

#define BACKEND "backend/vif/3/0"

static char *make_script(const char *text)
{
    cleanup_free char *whole = mem_printf("#!/bin/sh\n%s\n", text);
    char *path = scratch_path("script");

    assert_int_equal(io_replace_file(path, 0755, whole, strlen(whole), NULL),
                     0);
    return path;
}

/* Runs it as libxl would for a vif that comes. */
static int start(struct memory_store *memory, const char *script,
                 struct error *err)
{
    char name[] = "/started", online[] = "online", type[] = "type_if=vif";
    char *argv[] = { name, online, type, NULL };

    setenv("XENBUS_PATH", BACKEND, 1);
    setenv("script", "/started", 1);
    return starter_run(&memory->store, script, argv, err);
}

static void paths_are_names_and_back(void **state)
{
    static const char *const paths[] = { "/etc/xen/scripts/vif-mine",
                                         "/a b/100%/%2F", "/" };

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        cleanup_free char *name = script_name_encode(paths[i]);
        assert_null(strchr(name, '/'));
        cleanup_free char *link = mem_printf(PATHS_STARTED "/%s", name);
        cleanup_free char *path = starter_script(link);
        assert_string_equal(path, paths[i]);
    }
}

static void other_names_are_none(void **state)
{
    char much[300];

    assert_null(starter_script("/usr/libexec/xenith/scripts/block"));
    assert_null(starter_script(PATHS_STARTED "/block"));
    assert_null(starter_script(PATHS_STARTED "/%2Fa%"));
    assert_null(starter_script(PATHS_STARTED "/%41"));
    memset(much, 'a', sizeof(much));
    much[sizeof(much) - 1] = '\0';
    assert_null(script_name_encode(much));
}

static void the_script_has_the_contract(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct memory_store memory;
    cleanup_free char *script = make_script(
        "test \"$script\" = \"$0\" && test \"$*\" = 'online type_if=vif' &&"
        " test \"$XENBUS_PATH\" = " BACKEND " && ! read line");

    memory_begin(&memory);
    int rc = start(&memory, script, &err);
    expect_no_error(&err);
    assert_int_equal(rc, 0);
    assert_null(memory_value(&memory, BACKEND, "hotplug-error"));
    memory_end(&memory);
    scratch_remove(script);
}

static void its_last_line_is_the_error(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct memory_store memory;
    cleanup_free char *script =
        make_script("echo begun >&2; echo no switch >&2; exit 4");

    memory_begin(&memory);
    assert_int_equal(start(&memory, script, &err), -1);
    const char *said = memory_value(&memory, BACKEND, "hotplug-error");
    assert_non_null(strstr(said, ": exit status 4: no switch"));
    assert_string_equal(memory_value(&memory, BACKEND, "hotplug-status"),
                        "error");
    memory_end(&memory);
    scratch_remove(script);
}

static void its_own_error_stays(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct memory_store memory;
    cleanup_free char *script = make_script("exit 1");

    memory_begin(&memory);
    memory_set(&memory, BACKEND, "hotplug-error", "in use");
    assert_int_equal(start(&memory, script, &err), -1);
    assert_string_equal(memory_value(&memory, BACKEND, "hotplug-error"),
                        "in use");
    assert_null(memory_value(&memory, BACKEND, "hotplug-status"));
    memory_end(&memory);
    scratch_remove(script);
}

static void a_missing_script_is_told(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct memory_store memory;

    memory_begin(&memory);
    assert_int_equal(start(&memory, "/no/such", &err), -1);
    assert_string_equal(memory_value(&memory, BACKEND, "hotplug-error"),
                        "/no/such: No such file or directory");
    memory_end(&memory);
}

static void the_deadline_ends_its_group(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct memory_store memory;
    cleanup_free char *script =
        make_script("(sleep 3; touch \"$0.survived\") & wait");
    cleanup_free char *survived = mem_printf("%s.survived", script);
    int64_t began = clock_now_ms();

    setenv("XN_SCRIPT_TIMEOUT", "1", 1);
    memory_begin(&memory);
    assert_int_equal(start(&memory, script, &err), -1);
    assert_int_equal(err.kind, ERR_TIMEOUT);
    assert_true(clock_now_ms() - began >= 900);
    assert_non_null(strstr(memory_value(&memory, BACKEND, "hotplug-error"),
                           "no end after 1.0 s"));
    unsetenv("XN_SCRIPT_TIMEOUT");
    clock_sleep_ms(3000);
    assert_int_equal(access(survived, F_OK), -1);
    memory_end(&memory);
    scratch_remove(script);
}

static void the_deadline_has_bounds(void **state)
{
    static const struct {
        const char *text;
        int64_t milliseconds;
    } rows[] = { { "5", 5000 }, { "38", 38000 }, { "39", 30000 },
                 { "0", 1000 }, { "-1", 30000 }, { "", 30000 } };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        setenv("XN_SCRIPT_TIMEOUT", rows[i].text, 1);
        assert_int_equal(hook_patience_ms(), rows[i].milliseconds);
    }
    unsetenv("XN_SCRIPT_TIMEOUT");
    assert_int_equal(hook_patience_ms(), 30000);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(paths_are_names_and_back),
    cmocka_unit_test(other_names_are_none),
    cmocka_unit_test(the_script_has_the_contract),
    cmocka_unit_test(its_last_line_is_the_error),
    cmocka_unit_test(its_own_error_stays),
    cmocka_unit_test(a_missing_script_is_told),
    cmocka_unit_test(the_deadline_ends_its_group),
    cmocka_unit_test(the_deadline_has_bounds),
};

UNIT_MAIN(tests)
