/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When xnd hears of a guest that xl makes, and when it does not. */
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "domain/life/xl_daemon.h"
#include "xnd/xl_logs.h"

static char folder[] = "xl-logs-XXXXXX";

/* What was told, as "web? web! ": looked at, and found. */
struct heard {
    uv_loop_t loop;
    struct xl_logs *logs;
    struct strbuf text;
    bool goes_on; /* found or not: it is looked at again */
};

static bool written(void *arg, const char *name)
{
    struct heard *heard = arg;
    struct xl_daemon daemon;
    bool found = xl_daemon_find(folder, name, &daemon);

    strbuf_printf(&heard->text, "%s%s ", name, found ? "!" : "?");
    return found && !heard->goes_on;
}

static void add_line(const char *file, const char *line)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, file);
    cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

    assert_true(fd >= 0);
    assert_int_equal(io_write_all(fd, line, strlen(line)), 0);
}

static void remove_log(const char *file)
{
    cleanup_free char *path = mem_printf("%s/%s", folder, file);

    assert_int_equal(unlink(path), 0);
}

static void begin(struct heard *heard)
{
    *heard = (struct heard){ 0 };
    uv_loop_init(&heard->loop);
    assert_int_equal(
        xl_logs_open(&heard->loop, folder, written, heard, &heard->logs, NULL),
        0);
}

/* What was heard since the last time. */
static void expect(struct heard *heard, const char *expected)
{
    uv_run(&heard->loop, UV_RUN_NOWAIT);
    assert_string_equal(heard->text.text != NULL ? heard->text.text : "",
                        expected);
    strbuf_dispose(&heard->text);
}

static void end(struct heard *heard)
{
    xl_logs_close(heard->logs);
    uv_run(&heard->loop, UV_RUN_NOWAIT);
    assert_int_equal(uv_loop_close(&heard->loop), 0);
    strbuf_dispose(&heard->text);
}

static void a_new_log_is_read_until_it_says_whose_it_is(void **state)
{
    struct heard heard;

    begin(&heard);
    add_line("xl-web.log", "");
    expect(&heard, "web? ");
    add_line("xl-web.log", "Waiting for domain web (domid 5) ");
    expect(&heard, "web? ");
    add_line("xl-web.log", "to die [pid 812]\n");
    expect(&heard, "web! ");
    add_line("xl-web.log", "Domain 5 has shut down, reason code 1 0x1\n");
    expect(&heard, "");
    remove_log("xl-web.log");
    expect(&heard, "");
    end(&heard);
}

static void logs_that_are_there_are_read_first(void **state)
{
    struct heard heard;

    add_line("xl-web.log", "Waiting for domain web (domid 5) to die [pid 9]\n");
    begin(&heard);
    expect(&heard, "web! ");
    remove_log("xl-web.log");
    end(&heard);
}

static void what_others_write_wakes_nobody(void **state)
{
    struct heard heard;

    add_line("qemu-dm-web.log", "");
    begin(&heard);
    add_line("qemu-dm-web.log", "a line that a guest may have caused\n");
    assert_int_equal(uv_run(&heard.loop, UV_RUN_NOWAIT), 1);
    expect(&heard, "");
    add_line("xl-web.log.1", "");
    expect(&heard, "");
    remove_log("xl-web.log.1");
    remove_log("qemu-dm-web.log");
    end(&heard);
}

static void a_log_that_is_rotated_away_is_forgotten(void **state)
{
    struct heard heard;

    begin(&heard);
    add_line("xl-web.log", "");
    expect(&heard, "web? ");
    remove_log("xl-web.log");
    add_line("xl-web.log", "Waiting for domain web (domid 6) to die [pid 9]\n");
    expect(&heard, "web! ");
    remove_log("xl-web.log");
    end(&heard);
}

static void one_of_interest_is_read_whenever_it_goes_on(void **state)
{
    struct heard heard;

    begin(&heard);
    heard.goes_on = true;
    add_line("xl-web.log", "Waiting for domain web (domid 5) to die [pid 9]\n");
    expect(&heard, "web! ");
    add_line("xl-web.log", "Domain 5 has shut down, reason code 1 0x1\n");
    expect(&heard, "web! ");
    add_line("xl-web.log", "Waiting for domain web (domid 6) to die [pid 9]\n");
    expect(&heard, "web! ");
    heard.goes_on = false;
    add_line("xl-web.log", "Domain 6 has shut down, reason code 1 0x1\n");
    expect(&heard, "web! ");
    add_line("xl-web.log", "Waiting for domain web (domid 7) to die [pid 9]\n");
    expect(&heard, "");
    remove_log("xl-web.log");
    end(&heard);
}

static void of_one_name_the_newest_is_read(void **state)
{
    cleanup_free char *now = mem_printf("%s/xl-web.log", folder);
    cleanup_free char *older = mem_printf("%s/xl-web.log.1", folder);
    struct heard heard;

    begin(&heard);
    heard.goes_on = true;
    add_line("xl-web.log", "Waiting for domain web (domid 5) to die [pid 9]\n");
    expect(&heard, "web! ");
    assert_int_equal(rename(now, older), 0);
    add_line("xl-web.log", "");
    expect(&heard, "web? ");
    add_line("xl-web.log.1", "Domain 5 has been destroyed.\n");
    expect(&heard, "");
    add_line("xl-web.log", "Waiting for domain web (domid 6) to die [pid 9]\n");
    expect(&heard, "web! ");
    remove_log("xl-web.log");
    remove_log("xl-web.log.1");
    end(&heard);
}

static void no_folder_is_an_error(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    struct xl_logs *logs;
    uv_loop_t loop;

    uv_loop_init(&loop);
    assert_int_equal(
        xl_logs_open(&loop, "xl-logs-none", written, NULL, &logs, &err), -1);
    assert_non_null(strstr(err.message, "xl-logs-none"));
    xl_logs_close(logs);
    uv_loop_close(&loop);
}

static int make_folder(void **state)
{
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    return rmdir(folder);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_new_log_is_read_until_it_says_whose_it_is),
    cmocka_unit_test(logs_that_are_there_are_read_first),
    cmocka_unit_test(what_others_write_wakes_nobody),
    cmocka_unit_test(a_log_that_is_rotated_away_is_forgotten),
    cmocka_unit_test(one_of_interest_is_read_whenever_it_goes_on),
    cmocka_unit_test(of_one_name_the_newest_is_read),
    cmocka_unit_test(no_folder_is_an_error),
};

int main(void)
{
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
