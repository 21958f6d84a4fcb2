/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What unit tests share: cmocka with the headers that it wants before itself,
 * and short ways to say what is expected of errors and files.
 */
#ifndef XENITH_TESTS_UNIT_H
#define XENITH_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/io.h"
#include "base/mem.h"

/* One group for each program: each group prints a TAP plan of its own. */
#define UNIT_MAIN(tests)                                    \
    int main(void)                                          \
    {                                                       \
        return cmocka_run_group_tests((tests), NULL, NULL); \
    }

/* The error must be of the kind and say the text; it is empty afterwards. */
static inline void expect_error(struct error *err, enum error_kind kind,
                                const char *message)
{
    assert_int_equal(err->kind, kind);
    assert_string_equal(err->message, message);
    error_dispose(err);
}

static inline void expect_no_error(const struct error *err)
{
    if (error_is_set(err))
        fail_msg("unexpected error: %s", err->message);
}

/* A path in a new directory below the build; owned by the caller. */
static inline char *scratch_path(const char *name)
{
    cleanup_free char *dir = mem_strdup("unit-XXXXXX");
    assert_non_null(mkdtemp(dir));
    return mem_printf("%s/%s", dir, name);
}

/* Removes such a path and its directory. */
static inline void scratch_remove(const char *path)
{
    cleanup_free char *dir = mem_strdup(path);
    *strrchr(dir, '/') = '\0';
    unlink(path);
    assert_int_equal(rmdir(dir), 0);
}

#endif
