/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What xnd says, in each place where it can be told to say it: a file, standard
 * error, syslog, the journal. In a mount namespace of its own, with sockets in
 * place of those programs'; without the rights for that it is skipped.
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
#include "xnd/journal.h"

#define JOURNAL "/run/systemd/journal/socket"

/* Where it comes out. */
static struct {
    int syslog, journal, standard_error, standard_error_in;
} outlets;

static bool private_mounts(void)
{
    static const char *const folders[] = { "/dev", "/run", "/var/log" };

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

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(syslog_gets_facility_and_priority),
    cmocka_unit_test(the_journal_gets_fields),
    cmocka_unit_test(standard_error_gets_lines),
    cmocka_unit_test(the_file_gets_lines_and_is_private),
    cmocka_unit_test(several_get_the_same),
    cmocka_unit_test(the_level_keeps_quiet),
};

int main(void)
{
    return cmocka_run_group_tests(tests, set_up, NULL);
}
