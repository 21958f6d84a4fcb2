/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results: safe text, tables as people see them, JSON's frame, progress. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "show/progress.h"
#include "show/show.h"
#include "show/table.h"

/* Sends a standard descriptor into a file, until restore_fd. */
static int divert(int standard, const char *path)
{
    int saved = dup(standard);
    cleanup_close int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    fflush(NULL);
    assert_true(saved >= 0 && file >= 0);
    assert_int_equal(dup2(file, standard), standard);
    return saved;
}

static void restore_fd(int standard, int saved)
{
    fflush(NULL);
    dup2(saved, standard);
    close(saved);
}

static char *read_scratch(const char *path)
{
    char *text = io_read_tail(path, 1 << 20);

    return text != NULL ? text : mem_strdup("");
}

static void expect_safe(const char *text, const char *expected)
{
    cleanup_free char *safe = show_safe(text);

    assert_string_equal(safe, expected);
}

static void strange_text_is_made_visible(void **state)
{
    expect_safe("web1", "web1");
    expect_safe("", "");
    expect_safe("\033[2J", "\\x1b[2J");
    expect_safe("a\nb\tc\r", "a\\x0ab\\x09c\\x0d");
    expect_safe("\x7f\xc2\x9b", "\\x7f\\x9b");
    expect_safe("caf\xc3\xa9", "caf\xc3\xa9");
    expect_safe("\xff\xc3", "\\xff\\xc3");
    expect_safe("\xed\xa0\x80", "\\xed\\xa0\\x80");
}

static void no_byte_reaches_the_terminal_as_a_control(void **state)
{
    for (int byte = 1; byte < 256; byte++) {
        char text[] = { (char)byte, '\0' };
        cleanup_free char *safe = show_safe(text);
        for (const char *c = safe; *c != '\0'; c++)
            assert_true(*c >= 0x20 && *c < 0x7f);
    }
}

static const struct table_column columns[] = {
    { "NAME", TABLE_TRUNCATE | TABLE_TREE, 0.1 },
    { "ID", TABLE_RIGHT, 0 },
    { "STATE", 0, 0 },
};

static struct table *sample_table(void)
{
    struct table *table = table_new(columns, 3);

    struct table_row *top = table_add_row(table, NULL);
    table_cell(table, "b\xc3\xa4r");
    table_cellf(table, "%d", 7);
    table_cell(table, "running");
    table_add_row(table, top);
    table_cell(table, "a name that goes on and on");
    table_cellf(table, "%d", 1234);
    table_cell(table, NULL);
    return table;
}

static void a_table_is_complete_where_there_is_no_width(void **state)
{
    cleanup_table struct table *table = sample_table();
    cleanup_free char *text = table_render(table, 0);

    assert_string_equal(text,
                        "NAME                           ID STATE\n"
                        "b\xc3\xa4r                             7 running\n"
                        "\u2514\u2500a name that goes on and on 1234 -\n");
}

static void a_table_is_cut_to_a_width(void **state)
{
    cleanup_table struct table *table = sample_table();
    cleanup_free char *text = table_render(table, 24);

    assert_string_equal(text, "NAME          ID STATE\n"
                              "b\xc3\xa4r            7 running\n"
                              "\u2514\u2500a name th 1234 -\n");
}

static void a_table_without_rows_is_empty(void **state)
{
    cleanup_table struct table *table = table_new(columns, 3);
    cleanup_free char *text = table_render(table, 80);

    assert_string_equal(text, "");
}

static void a_hostile_cell_stays_in_its_cell(void **state)
{
    cleanup_table struct table *table = table_new(columns, 2);

    table_add_row(table, NULL);
    table_cell(table, "a\nb\033[1m\xff\xc2\x9b");
    table_cell(table, "1");
    cleanup_free char *text = table_render(table, 0);
    assert_string_equal(text, "NAME                      ID\n"
                              "a\\x0ab\\x1b[1m\\xff\\xc2\\x9b  1\n");
}

static void documents_name_their_schema_first(void **state)
{
    cleanup_free char *path = scratch_path("out");
    struct error err = ERROR_INIT;

    int saved = divert(STDOUT_FILENO, path);
    struct json_writer *json = show_json_begin("list");
    json_add_int(json, "n", 1);
    show_json_end(json);
    json = show_json_begin_line("event");
    show_json_end(json);
    int rc = show_finish(&err);
    restore_fd(STDOUT_FILENO, saved);
    assert_int_equal(rc, 0);
    cleanup_free char *text = read_scratch(path);
    assert_string_equal(text, "{\n  \"schema\": \"xn.list/1\",\n  \"n\": 1\n}\n"
                              "{\"schema\":\"xn.event/1\"}\n");
    scratch_remove(path);
}

static void a_full_disk_behind_standard_output_is_an_error(void **state)
{
    struct error err = ERROR_INIT;

    int saved = divert(STDOUT_FILENO, "/dev/full");
    show_printf("x\n");
    int rc = show_finish(&err);
    clearerr(stdout);
    restore_fd(STDOUT_FILENO, saved);
    assert_int_equal(rc, -1);
    expect_error(&err, ERR_FAILED, "standard output: No space left on device");
}

static void a_file_is_no_terminal(void **state)
{
    cleanup_close int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    assert_int_equal(show_width(fd), 0);
    assert_false(show_colour(fd));
    assert_false(show_cursor(fd));
}

static void wait_for_bytes(int fd)
{
    int64_t patience = clock_deadline(20000);
    struct stat st = { 0 };

    while (st.st_size == 0) {
        assert_false(clock_is_past(patience));
        assert_int_equal(fstat(fd, &st), 0);
        clock_sleep_ms(5);
    }
}

/*
 * An operation of two steps, ended at once or when something was shown; yields
 * what was.
 */
static char *watch_operation(struct progress_style style, bool until_shown)
{
    cleanup_free char *path = scratch_path("err");
    cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    style.fd = fd;
    struct progress *progress = progress_begin_style(&style, "saving web1");
    progress_update(progress, "step %d", 1);
    progress_update(progress, "memory\033");
    progress_measure(progress, 1, 4);
    if (until_shown)
        wait_for_bytes(fd);
    progress_end(progress);
    char *text = read_scratch(path);
    scratch_remove(path);
    return text;
}

static void a_short_operation_is_silent(void **state)
{
    struct progress_style style = { PROGRESS_TEXT, .delay = 60000 };
    cleanup_free char *text = watch_operation(style, false);

    assert_string_equal(text, "");
}

static void quiet_is_silent(void **state)
{
    struct progress_style style = { PROGRESS_QUIET };
    cleanup_free char *text = watch_operation(style, false);

    assert_string_equal(text, "");
}

static void a_log_gets_whole_lines(void **state)
{
    struct progress_style style = { PROGRESS_TEXT, .delay = 300,
                                    .period = 60000 };
    cleanup_free char *text = watch_operation(style, true);

    assert_string_equal(text, "saving web1: memory\\x1b, 25 %, 0 s\n");
}

static void a_terminal_has_its_line_rewritten_cut_and_wiped(void **state)
{
    struct progress_style style = { PROGRESS_TEXT, .delay = 300,
                                    .period = 60000, .width = 16 };
    cleanup_free char *text = watch_operation(style, true);

    assert_string_equal(text, "\rsaving web1: me\033[K\r\033[K");
}

static void json_tells_beginning_steps_and_end(void **state)
{
    struct progress_style style = { PROGRESS_JSON, .delay = 60000 };
    cleanup_free char *text = watch_operation(style, false);
    static const char *const parts[] = {
        "{\"schema\":\"xn.progress/1\",\"state\":\"begin\","
        "\"what\":\"saving web1\",\"step\":null,",
        "\"state\":\"running\",\"what\":\"saving web1\",\"step\":\"step 1\"",
        "\"step\":\"memory\\u001B\",\"done\":0",
        "\"state\":\"end\"",
        "\"done\":1,\"total\":4",
    };
    const char *place = text;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        place = strstr(place, parts[i]);
        assert_non_null(place);
    }
}

static void add_rate(void *data, struct strbuf *line)
{
    strbuf_printf(line, ", %d MiB/s", *(int *)data);
}

static void add_rate_key(void *data, struct json_writer *json)
{
    json_add_uint(json, "rate", (uint64_t) * (int *)data);
}

/* Yields what was shown of an operation that is looked at. */
static char *view_operation(struct progress_style style)
{
    cleanup_free char *path = scratch_path("err");
    cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int rate = 7;
    const struct progress_view view = { add_rate, add_rate_key, &rate };

    style.fd = fd;
    struct progress *progress = progress_begin_style(&style, "saving web1");
    progress_watch(progress, &view);
    wait_for_bytes(fd);
    progress_end(progress);
    char *text = read_scratch(path);
    scratch_remove(path);
    return text;
}

static void a_view_adds_what_it_sees(void **state)
{
    cleanup_free char *text = view_operation((struct progress_style){
        PROGRESS_TEXT, .delay = 300, .period = 60000 });
    cleanup_free char *json = view_operation((struct progress_style){
        PROGRESS_JSON, .delay = 60000, .period = 60000 });

    assert_string_equal(text, "saving web1, 7 MiB/s, 0 s\n");
    assert_non_null(strstr(json, "\"state\":\"end\""));
    assert_non_null(strstr(json, "\"rate\":7}"));
}

static void the_log_wipes_a_status_line_once(void **state)
{
    cleanup_free char *path = scratch_path("err");

    int saved = divert(STDERR_FILENO, path);
    log_set_status_drawn(true);
    log_warn("one");
    log_warn("two");
    restore_fd(STDERR_FILENO, saved);
    cleanup_free char *text = read_scratch(path);
    assert_string_equal(text, "\r\033[Kxn: warning: one\nxn: warning: two\n");
    scratch_remove(path);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(strange_text_is_made_visible),
    cmocka_unit_test(no_byte_reaches_the_terminal_as_a_control),
    cmocka_unit_test(a_table_is_complete_where_there_is_no_width),
    cmocka_unit_test(a_table_is_cut_to_a_width),
    cmocka_unit_test(a_table_without_rows_is_empty),
    cmocka_unit_test(a_hostile_cell_stays_in_its_cell),
    cmocka_unit_test(documents_name_their_schema_first),
    cmocka_unit_test(a_full_disk_behind_standard_output_is_an_error),
    cmocka_unit_test(a_file_is_no_terminal),
    cmocka_unit_test(a_short_operation_is_silent),
    cmocka_unit_test(quiet_is_silent),
    cmocka_unit_test(a_log_gets_whole_lines),
    cmocka_unit_test(a_terminal_has_its_line_rewritten_cut_and_wiped),
    cmocka_unit_test(json_tells_beginning_steps_and_end),
    cmocka_unit_test(a_view_adds_what_it_sees),
    cmocka_unit_test(the_log_wipes_a_status_line_once),
};

UNIT_MAIN(tests)
