/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log of a guest whose name changes while it arrives. This process plays
 * xenconsoled: it has its name, and counts its SIGHUPs.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "unit.h"

#include "domain/console_log.h"

static volatile sig_atomic_t told;

static void count(int signal)
{
    told++;
}

/* A folder with logs, and the file with xenconsoled's number. */
struct logs {
    char *folder;
    char *pid_file;
    const char *pid_files[2];
    struct console_log_place place;
};

static void write_file(const char *path, const char *text, size_t length)
{
    cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_int_equal(io_write_all(fd, text, length), 0);
}

static int logs_begin(void **state)
{
    struct logs *logs = MEM_NEW(struct logs);
    cleanup_free char *number = mem_printf("%d\n", (int)getpid());

    logs->folder = mem_strdup("unit-XXXXXX");
    assert_non_null(mkdtemp(logs->folder));
    logs->pid_file = mem_printf("%s/pid", logs->folder);
    logs->pid_files[0] = logs->pid_file;
    logs->place = (struct console_log_place){ .folder = logs->folder,
                                              .pid_files = logs->pid_files };
    write_file(logs->pid_file, number, strlen(number));
    prctl(PR_SET_NAME, "xenconsoled");
    signal(SIGHUP, count);
    told = 0;
    *state = logs;
    return 0;
}

static char *log_path(const struct logs *logs, const char *name)
{
    return mem_printf("%s/guest-%s.log", logs->folder, name);
}

static void write_log(const struct logs *logs, const char *name,
                      const char *text)
{
    cleanup_free char *path = log_path(logs, name);

    write_file(path, text, strlen(text));
}

/* NULL: there is none. */
static void expect_log(const struct logs *logs, const char *name,
                       const char *text)
{
    cleanup_free char *path = log_path(logs, name);
    cleanup_free char *got = NULL;
    size_t length = 0;

    io_read_file(path, 1 << 20, &got, &length, NULL);
    if (text == NULL)
        assert_null(got);
    else
        assert_string_equal(got, text);
}

static int logs_end(void **state)
{
    static const char *const names[] = { "web", "web--incoming" };
    struct logs *logs = *state;

    for (size_t i = 0; i < 2; i++) {
        cleanup_free char *path = log_path(logs, names[i]);
        unlink(path);
    }
    unlink(logs->pid_file);
    assert_int_equal(rmdir(logs->folder), 0);
    free(logs->pid_file);
    free(logs->folder);
    free(logs);
    return 0;
}

static void rename_web(const struct logs *logs)
{
    console_log_rename(&logs->place, "web--incoming", "web");
}

/* -- renaming -------------------------------------------------------------- */

static void what_xenconsoled_has_open_is_called_anew(void **state)
{
    struct logs *logs = *state;
    cleanup_free char *path = log_path(logs, "web--incoming");
    cleanup_close int open_one =
        open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    rename_web(logs);
    assert_int_equal(write(open_one, "hello\n", 6), 6);
    expect_log(logs, "web", "hello\n");
    expect_log(logs, "web--incoming", NULL);
    assert_int_equal(told, 0);
}

static void what_the_guest_printed_here_before_stays(void **state)
{
    struct logs *logs = *state;

    write_log(logs, "web", "long ago\n");
    write_log(logs, "web--incoming", "left in the ring");
    rename_web(logs);
    expect_log(logs, "web", "long ago\nleft in the ring");
    expect_log(logs, "web--incoming", NULL);
    assert_int_equal(told, 1);
}

static void any_byte_is_text(void **state)
{
    static const char bytes[] = { 'a', '\0', '\xff', '\n' };
    struct logs *logs = *state;
    cleanup_free char *from = log_path(logs, "web--incoming");
    cleanup_free char *to = log_path(logs, "web");
    cleanup_free char *got = NULL;
    size_t length;

    write_log(logs, "web", "");
    write_file(from, bytes, sizeof(bytes));
    rename_web(logs);
    assert_int_equal(io_read_file(to, 64, &got, &length, NULL), 0);
    assert_int_equal(length, sizeof(bytes));
    assert_memory_equal(got, bytes, sizeof(bytes));
}

static void without_xenconsoled_the_old_file_goes_on(void **state)
{
    struct logs *logs = *state;

    prctl(PR_SET_NAME, "another");
    write_log(logs, "web", "before\n");
    write_log(logs, "web--incoming", "after\n");
    rename_web(logs);
    expect_log(logs, "web", "before\n");
    expect_log(logs, "web--incoming", "after\n");
    assert_int_equal(told, 0);
}

static void where_nothing_is_logged_nothing_happens(void **state)
{
    struct logs *logs = *state;

    write_log(logs, "web", "before\n");
    rename_web(logs);
    expect_log(logs, "web", "before\n");
    assert_int_equal(told, 0);
}

static void a_name_selects_no_folder(void **state)
{
    struct logs *logs = *state;
    cleanup_free char *outside = mem_printf("%s/guest-x", logs->folder);
    cleanup_free char *path = mem_printf("%s/guest-x/y.log", logs->folder);

    assert_int_equal(mkdir(outside, 0700), 0);
    write_file(path, "kept", 4);
    console_log_rename(&logs->place, "x/y", "web");
    expect_log(logs, "web", NULL);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(outside), 0);
}

static void of_a_guest_that_never_ran_nothing_stays(void **state)
{
    struct logs *logs = *state;

    write_log(logs, "web", "before\n");
    write_log(logs, "web--incoming", "Logfile Opened\n");
    console_log_remove(&logs->place, "web--incoming");
    console_log_remove(&logs->place, "../pid");
    expect_log(logs, "web--incoming", NULL);
    expect_log(logs, "web", "before\n");
    assert_int_equal(access(logs->pid_file, F_OK), 0);
}

static void a_link_is_no_log(void **state)
{
    struct logs *logs = *state;
    cleanup_free char *from = log_path(logs, "web--incoming");

    assert_int_equal(symlink("pid", from), 0);
    rename_web(logs);
    expect_log(logs, "web", NULL);
    /* Nor is one that was laid where the text would go. */
    cleanup_free char *to = log_path(logs, "web");
    assert_int_equal(unlink(from), 0);
    assert_int_equal(symlink("pid", to), 0);
    write_log(logs, "web--incoming", "x");
    rename_web(logs);
    expect_log(logs, "web--incoming", "x");
}

/* What xenconsoled is told: two words of its command line, or one. */
static void expect_words(const char *words, size_t length, bool logs,
                         bool stamps)
{
    struct console_daemon daemon = { 0 };

    console_log_read_words(words, length, &daemon);
    assert_int_equal(daemon.logs_guests, logs);
    assert_int_equal(daemon.stamps, stamps);
}

#define EXPECT_WORDS(words, logs, stamps) \
    expect_words(words, sizeof(words), logs, stamps)

static void its_options_tell_what_it_keeps(void **state)
{
    EXPECT_WORDS("xenconsoled", false, false);
    EXPECT_WORDS("xenconsoled\0--log=guest", true, false);
    EXPECT_WORDS("xenconsoled\0--log\0all\0--timestamp\0guest", true, true);
    EXPECT_WORDS("xenconsoled\0-lguest\0-t\0all", true, true);
    EXPECT_WORDS("xenconsoled\0--log=hv\0--timestamp=hv", false, false);
    EXPECT_WORDS("xenconsoled\0--log-dir=guest\0--log-dir\0guest", false,
                 false);
    EXPECT_WORDS("xenconsoled\0--log", false, false);
}

static void its_process_is_looked_at(void **state)
{
    struct logs *logs = *state;
    struct console_daemon daemon;

    console_log_examine(&logs->place, &daemon);
    assert_true(daemon.runs);
    assert_false(daemon.logs_guests); /* as this test was started */
    unlink(logs->pid_file);
    console_log_examine(&logs->place, &daemon);
    assert_false(daemon.runs);
}

#define LOGS_TEST(test) \
    cmocka_unit_test_setup_teardown(test, logs_begin, logs_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOGS_TEST(what_xenconsoled_has_open_is_called_anew),
        LOGS_TEST(what_the_guest_printed_here_before_stays),
        LOGS_TEST(any_byte_is_text),
        LOGS_TEST(without_xenconsoled_the_old_file_goes_on),
        LOGS_TEST(where_nothing_is_logged_nothing_happens),
        LOGS_TEST(a_name_selects_no_folder),
        LOGS_TEST(of_a_guest_that_never_ran_nothing_stays),
        LOGS_TEST(a_link_is_no_log),
        cmocka_unit_test(its_options_tell_what_it_keeps),
        LOGS_TEST(its_process_is_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
