/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxl's logger: who gets which message, and what becomes of the rest. */
#include "unit.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/strbuf.h"
#include "host/log.h"

static void take(void *data, enum log_level level, const char *text)
{
    strbuf_printf(data, "%d %s\n", (int)level, text);
}

/* Whoever formats it does not survive that. */
static const char *unreadable(void)
{
    return mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void say(struct host_log *log, xentoollog_level level, int errnoval,
                const char *text)
{
    xtl_log(&log->vtable, level, errnoval, "libxl", "%s", text);
}

static void what_nobody_wants_is_not_formatted(void **state)
{
    cleanup_strbuf struct strbuf said = { 0 };
    struct host_log log;

    host_log_init(&log, 0);
    say(&log, XTL_WARN, -1, unreadable());
    host_log_to(&log, take, &said, LOG_LEVEL_INFO);
    say(&log, XTL_DEBUG, -1, unreadable());
    assert_null(said.text);
    host_log_dispose(&log);
}

static void a_sink_gets_its_level_and_what_is_graver(void **state)
{
    cleanup_strbuf struct strbuf said = { 0 };
    struct host_log log;

    host_log_init(&log, 0);
    host_log_to(&log, take, &said, LOG_LEVEL_INFO);
    say(&log, XTL_INFO, -1, "libxl_a.c:1:f: building");
    say(&log, XTL_DETAIL, -1, unreadable());
    say(&log, XTL_ERROR, ENOENT, "libxl_a.c:2:f: Domain 3:no kernel");
    host_log_to(&log, take, &said, LOG_LEVEL_DEBUG);
    say(&log, XTL_DEBUG, -1, "libxl_a.c:3:f: ao 7");
    host_log_to(&log, NULL, NULL, LOG_LEVEL_ERROR);
    say(&log, XTL_ERROR, -1, "libxl_a.c:4:f: to nobody");
    assert_string_equal(
        said.text,
        "2 libxl: info: libxl_a.c:1:f: building\n"
        "0 libxl: error: libxl_a.c:2:f: Domain 3:no kernel: No such file or "
        "directory\n"
        "3 libxl: debug: libxl_a.c:3:f: ao 7\n");
    host_log_dispose(&log);
}

static void the_first_error_is_kept_without_where_it_was(void **state)
{
    struct host_log log;

    host_log_init(&log, 0);
    say(&log, XTL_ERROR, ENOENT, "libxl_a.c:2:f: Domain 3:no kernel");
    say(&log, XTL_ERROR, -1, "libxl_b.c:9:g: cleaning up failed");
    assert_string_equal(log.first_error,
                        "no kernel: No such file or directory");
    assert_string_equal(log.first_origin, "libxl_a.c:2:f: Domain 3:");
    host_log_forget(&log);
    assert_null(log.first_error);
    host_log_dispose(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_wants_is_not_formatted),
        cmocka_unit_test(a_sink_gets_its_level_and_what_is_graver),
        cmocka_unit_test(the_first_error_is_kept_without_where_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
