/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What xnd says, and what is logged about one guest, in each place where it can
 * be told to say it: a file, standard error, syslog, the journal. In a mount
 * namespace of its own, with sockets in place of those programs'; without the
 * rights for that it is skipped.
 */
#include "unit.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/paths.h"
#include "domain/guest_log.h"
#include "xnd/journal.h"

#define JOURNAL "/run/systemd/journal/socket"

/* Where it comes out. */
static struct {
    int syslog, journal, standard_error, standard_error_in;
} outlets;

static bool private_mounts(void)
{
    static const char *const folders[] = { "/dev", "/run" };

    if (unshare(CLONE_NEWNS) < 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return false;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (mount("tmpfs", folders[i], "tmpfs", 0, NULL) < 0)
            return false;
    return true;
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static int set_up(void **state)
{
    int ends[2];

    if (!private_mounts())
        return 0; /* outlets.syslog stays 0 */
    assert_int_equal(mkdir("/run/systemd", 0755), 0);
    assert_int_equal(mkdir("/run/systemd/journal", 0755), 0);
    outlets.syslog = listen_at("/dev/log");
    outlets.journal = listen_at(JOURNAL);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    outlets.standard_error = ends[0];
    outlets.standard_error_in = ends[1];
    return 0;
}

/* A test's own messages go there, too, but not while it says something. */
static void say(void (*write)(const char *format, ...), const char *text)
{
    int before = dup(STDERR_FILENO);

    dup2(outlets.standard_error_in, STDERR_FILENO);
    write("%s", text);
    dup2(before, STDERR_FILENO);
    close(before);
}

/* What came since the last time; the caller's. */
static char *take(int fd)
{
    char block[4096] = "";
    ssize_t length = read(fd, block, sizeof(block) - 1);

    return mem_strndup(block, length > 0 ? (size_t)length : 0);
}

static void open_journal(unsigned int outputs, enum log_level level)
{
    struct xenithconf conf;

    if (outlets.syslog == 0)
        skip();
    xenithconf_init(&conf);
    conf.log_outputs = outputs;
    conf.log_level = level;
    assert_int_equal(journal_open(&conf, true, NULL), 0);
}

static void expect_nothing_else(void)
{
    cleanup_free char *syslog = take(outlets.syslog);
    cleanup_free char *journal = take(outlets.journal);
    cleanup_free char *standard_error = take(outlets.standard_error);

    assert_string_equal(syslog, "");
    assert_string_equal(journal, "");
    assert_string_equal(standard_error, "");
}

static void syslog_gets_facility_and_priority(void **state)
{
    open_journal(LOG_TO_SYSLOG, LOG_LEVEL_INFO);
    say(journal, "domain 5 adopted");
    say(journal_warn, "domain 5 lost");
    cleanup_free char *first = take(outlets.syslog);
    cleanup_free char *second = take(outlets.syslog);
    assert_int_equal(strncmp(first, "<30>", 4), 0); /* daemon.info */
    assert_non_null(strstr(first, " xnd["));
    assert_non_null(strstr(first, ": domain 5 adopted"));
    assert_int_equal(strncmp(second, "<28>", 4), 0); /* daemon.warning */
    expect_nothing_else();
}

static void the_journal_gets_fields(void **state)
{
    open_journal(LOG_TO_JOURNAL, LOG_LEVEL_INFO);
    say(journal_warn, "a\nPRIORITY=0");
    cleanup_free char *text = take(outlets.journal);
    assert_string_equal(text, "PRIORITY=4\nSYSLOG_IDENTIFIER=xnd\nMESSAGE=a\n");
    expect_nothing_else();
}

static void standard_error_gets_lines(void **state)
{
    open_journal(LOG_TO_STDERR, LOG_LEVEL_INFO);
    say(journal, "ready");
    cleanup_free char *text = take(outlets.standard_error);
    assert_non_null(strstr(text, "]: ready\n"));
    expect_nothing_else();
}

static void the_file_gets_lines_and_is_private(void **state)
{
    struct stat status;
    cleanup_free char *text = NULL;
    size_t length;

    open_journal(LOG_TO_FILE, LOG_LEVEL_INFO);
    say(journal, "ready");
    assert_int_equal(io_read_file(PATHS_XND_LOG, 4096, &text, &length, NULL),
                     0);
    assert_non_null(strstr(text, "]: ready\n"));
    assert_int_equal(stat(PATHS_XND_LOG, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    expect_nothing_else();
}

static void several_get_the_same(void **state)
{
    open_journal(LOG_TO_SYSLOG | LOG_TO_JOURNAL, LOG_LEVEL_INFO);
    say(journal, "twice");
    cleanup_free char *syslog = take(outlets.syslog);
    cleanup_free char *fields = take(outlets.journal);
    assert_non_null(strstr(syslog, "twice"));
    assert_non_null(strstr(fields, "MESSAGE=twice\n"));
    expect_nothing_else();
}

static void the_level_keeps_quiet(void **state)
{
    open_journal(LOG_TO_SYSLOG | LOG_TO_JOURNAL | LOG_TO_STDERR,
                 LOG_LEVEL_WARN);
    say(journal, "not to be heard");
    expect_nothing_else();
    open_journal(LOG_TO_JOURNAL, LOG_LEVEL_ERROR);
    say(journal_warn, "not to be heard");
    expect_nothing_else();
}

/* ---- about one guest ---- */

/* "debug" of the host, all outputs but the file: a guest has others. */
static const struct log_choice quiet = {
    .has_level = true,
    .level = LOG_LEVEL_WARN,
    .outputs = LOG_TO_JOURNAL,
};

static void say_about(const struct log_choice *choice, enum log_level level)
{
    int before = dup(STDERR_FILENO);

    dup2(outlets.standard_error_in, STDERR_FILENO);
    journal_about(choice, "web", level, "domain 5 (web) adopted");
    dup2(before, STDERR_FILENO);
    close(before);
}

static void a_guest_has_a_level_and_outputs_of_its_own(void **state)
{
    open_journal(LOG_TO_SYSLOG | LOG_TO_STDERR, LOG_LEVEL_DEBUG);
    say_about(&quiet, LOG_LEVEL_INFO);
    expect_nothing_else();
    say_about(&quiet, LOG_LEVEL_WARN);
    cleanup_free char *fields = take(outlets.journal);
    assert_string_equal(fields, "PRIORITY=4\nSYSLOG_IDENTIFIER=xnd\n"
                                "XENITH_GUEST=web\n"
                                "MESSAGE=domain 5 (web) adopted\n");
    expect_nothing_else();
}

static void a_guest_without_keys_has_those_of_the_host(void **state)
{
    const struct log_choice none = { 0 };

    open_journal(LOG_TO_SYSLOG, LOG_LEVEL_WARN);
    say_about(&none, LOG_LEVEL_INFO);
    expect_nothing_else();
    say_about(&none, LOG_LEVEL_WARN);
    cleanup_free char *syslog = take(outlets.syslog);
    assert_non_null(strstr(syslog, "adopted"));
    expect_nothing_else();
}

static void a_guest_may_be_louder_than_the_host(void **state)
{
    const struct log_choice loud = { .has_level = true,
                                     .level = LOG_LEVEL_INFO };

    open_journal(LOG_TO_SYSLOG, LOG_LEVEL_ERROR);
    say_about(&loud, LOG_LEVEL_INFO);
    cleanup_free char *syslog = take(outlets.syslog);
    assert_non_null(strstr(syslog, "adopted"));
}

static void write_guest(const struct log_choice *choice, enum log_level level,
                        const char *text)
{
    struct guest_log log;

    guest_log_begin(&log, "web", choice);
    guest_log_write(&log, level, text);
    guest_log_end(&log);
}

static void what_is_done_to_a_guest_goes_where_it_wants(void **state)
{
    if (outlets.syslog == 0)
        skip();
    write_guest(&quiet, LOG_LEVEL_INFO, "libxl: detail: a");
    expect_nothing_else();
    write_guest(&quiet, LOG_LEVEL_ERROR, "libxl: error: b");
    cleanup_free char *fields = take(outlets.journal);
    assert_string_equal(fields, "PRIORITY=3\nSYSLOG_IDENTIFIER=xn\n"
                                "XENITH_GUEST=web\n"
                                "MESSAGE=(web) libxl: error: b\n");
    assert_int_equal(access(XENITH_LOGDIR "/web.log", F_OK), -1);
    expect_nothing_else();
}

static void without_keys_it_is_the_guest_s_file(void **state)
{
    cleanup_free char *text = NULL;
    struct stat status;
    size_t length;

    if (outlets.syslog == 0)
        skip();
    write_guest(NULL, LOG_LEVEL_DEBUG, "not to be seen");
    write_guest(NULL, LOG_LEVEL_INFO, "one\ntwo\033");
    assert_int_equal(
        io_read_file(XENITH_LOGDIR "/web.log", 4096, &text, &length, NULL), 0);
    assert_non_null(strstr(text, "]: one two \n"));
    assert_null(strstr(text, "not to be seen"));
    assert_int_equal(stat(XENITH_LOGDIR "/web.log", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    expect_nothing_else();
}

static off_t size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? status.st_size : -1;
}

/* Two operations' worth of 1 MiB each, and a third that tries for more. */
static void no_guest_log_grows_past_its_cap(void **state)
{
    char text[1000];

    if (outlets.syslog == 0)
        skip();
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < 3; i++) {
        struct guest_log log;
        guest_log_begin(&log, "full", NULL);
        for (int line = 0; line < 3000; line++)
            guest_log_write(&log, LOG_LEVEL_WARN, text);
        guest_log_end(&log);
    }
    assert_in_range(size_of(XENITH_LOGDIR "/full.log"), 1, 1 << 20);
    assert_in_range(size_of(XENITH_LOGDIR "/full.log.1"), 1, 1 << 20);
    assert_int_equal(access(XENITH_LOGDIR "/full.log.2", F_OK), -1);
}

/* A worker whose standard error is the file says nothing twice. */
static void what_main_prints_into_the_file_is_there_once(void **state)
{
    const struct log_choice both = { .outputs = LOG_TO_FILE | LOG_TO_JOURNAL };
    cleanup_free char *text = NULL;
    struct guest_log log;
    size_t length;

    if (outlets.syslog == 0)
        skip();
    int before = dup(STDERR_FILENO);
    cleanup_close int fd = guest_log_open_shared("worker", &both);
    assert_true(fd >= 0);
    dup2(fd, STDERR_FILENO);
    guest_log_begin(&log, "worker", &both);
    guest_log_error(&log, "it failed");
    guest_log_end(&log);
    dup2(before, STDERR_FILENO);
    close(before);
    assert_int_equal(
        io_read_file(XENITH_LOGDIR "/worker.log", 4096, &text, &length, NULL),
        0);
    assert_string_equal(text, "");
    cleanup_free char *fields = take(outlets.journal);
    assert_non_null(strstr(fields, "(worker) it failed"));
}

static void a_worker_gets_no_file_that_is_not_wanted(void **state)
{
    const struct log_choice both = { .outputs = LOG_TO_FILE | LOG_TO_STDERR };

    if (outlets.syslog == 0)
        skip();
    assert_int_equal(guest_log_open_shared("none", &quiet), -1);
    assert_int_equal(access(XENITH_LOGDIR "/none.log", F_OK), -1);
    assert_int_equal(guest_log_open_shared("none", &both), -1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(syslog_gets_facility_and_priority),
    cmocka_unit_test(the_journal_gets_fields),
    cmocka_unit_test(standard_error_gets_lines),
    cmocka_unit_test(the_file_gets_lines_and_is_private),
    cmocka_unit_test(several_get_the_same),
    cmocka_unit_test(the_level_keeps_quiet),
    cmocka_unit_test(a_guest_has_a_level_and_outputs_of_its_own),
    cmocka_unit_test(a_guest_without_keys_has_those_of_the_host),
    cmocka_unit_test(a_guest_may_be_louder_than_the_host),
    cmocka_unit_test(what_is_done_to_a_guest_goes_where_it_wants),
    cmocka_unit_test(without_keys_it_is_the_guest_s_file),
    cmocka_unit_test(no_guest_log_grows_past_its_cap),
    cmocka_unit_test(what_main_prints_into_the_file_is_there_once),
    cmocka_unit_test(a_worker_gets_no_file_that_is_not_wanted),
};

int main(void)
{
    return cmocka_run_group_tests(tests, set_up, NULL);
}
