/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to the supervisor, which a process and a script of the test play. */
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/paths.h"
#include "domain/life/supervise.h"
#include "domain/life/supervisor.h"
#include "unit.h"

#define STARTED "xnd-was-started"
#define SLOW_START "5" /* seconds; a machine may be busy */

static int listen_as_xnd(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX,
                                   .sun_path = PATHS_XND_SOCKET };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    unlink(PATHS_XND_SOCKET);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

/* Says yes to one client and stays until that has gone. */
static void answer_one(int listener)
{
    static const char yes[] = "{\"ok\":true}\n";
    char request[64];
    int client = accept(listener, NULL, NULL);

    if (read(client, request, sizeof(request)) <= 0 ||
        write(client, yes, sizeof(yes) - 1) < 0)
        _exit(1);
    _exit(read(client, request, sizeof(request)) == 0 ? 0 : 1);
}

static void one_that_runs_is_held(void **state)
{
    int listener = listen_as_xnd(), fd = -1, status;
    pid_t pid = fork();

    if (pid == 0)
        answer_one(listener);
    close(listener);
    assert_int_equal(supervise_hold_meanwhile(&fd, NULL), 0);
    clock_sleep_ms(20);
    assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
    close(fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    unlink(PATHS_XND_SOCKET);
}

static void write_slow_xnd(void)
{
    static const char script[] =
        "#!/bin/sh\nsleep " SLOW_START "\n: >" STARTED "\nexit 1\n";

    assert_int_equal(
        io_replace_file(PATHS_XND, 0755, script, sizeof(script) - 1, NULL), 0);
    chmod(PATHS_XND, 0755);
}

static bool wait_for(const char *path)
{
    int64_t end = clock_deadline(30000);

    while (access(path, F_OK) < 0 && !clock_is_past(end))
        clock_sleep_ms(10);
    return access(path, F_OK) == 0;
}

/* Its start is not waited for, and it is nobody's child here. */
static void one_that_is_missing_starts_meanwhile(void **state)
{
    int fd = -1;

    write_slow_xnd();
    assert_int_equal(supervise_hold_meanwhile(&fd, NULL), 0);
    assert_int_equal(access(STARTED, F_OK), -1);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_true(wait_for(STARTED));
    close(fd);
    unlink(STARTED);
    unlink(PATHS_XND);
}

/* Two supervisors, one after the other: the first ends, the second tells. */
static void end_and_go_on(int listener)
{
    static const char yes[] = "{\"ok\":true}\n";
    static const char news[] =
        "{\"ok\":true}\n{\"event\":\"paused\",\"name\":\"web\"}\n";
    char request[64];

    int client = accept(listener, NULL, NULL);
    if (read(client, request, sizeof(request)) <= 0 ||
        write(client, yes, sizeof(yes) - 1) < 0)
        _exit(1);
    close(client);
    client = accept(listener, NULL, NULL);
    if (read(client, request, sizeof(request)) <= 0 ||
        write(client, news, sizeof(news) - 1) < 0)
        _exit(1);
    _exit(read(client, request, sizeof(request)) == 0 ? 0 : 1);
}

static void expect_event(struct supervisor *supervisor, const char *wanted)
{
    cleanup_json_value struct json_value *event = NULL;
    int64_t end = clock_deadline(30000);

    assert_int_equal(supervisor_follow(supervisor, end, end, &event, NULL), 1);
    assert_string_equal(json_as_string(json_get(event, "event")), wanted);
}

static void events_go_on_with_the_next_supervisor(void **state)
{
    struct supervisor supervisor = SUPERVISOR_INIT;
    int listener = listen_as_xnd(), status;
    pid_t pid = fork();

    if (pid == 0)
        end_and_go_on(listener);
    close(listener);
    assert_true(
        supervisor_ask_running(&supervisor, SUPERVISOR_SUBSCRIBE, NULL));
    expect_event(&supervisor, "lost");
    expect_event(&supervisor, "paused");
    supervisor_close(&supervisor);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    unlink(PATHS_XND_SOCKET);
}

/* Neither does one come by itself, nor can one be started. */
static void without_any_supervisor_it_is_told(void **state)
{
    struct supervisor supervisor = SUPERVISOR_INIT;
    cleanup_json_value struct json_value *event = NULL;
    cleanup_error struct error err = ERROR_INIT;
    int listener = listen_as_xnd(), status;
    int64_t end = clock_deadline(100);
    pid_t pid = fork();

    if (pid == 0)
        answer_one(listener);
    close(listener);
    assert_true(
        supervisor_ask_running(&supervisor, SUPERVISOR_SUBSCRIBE, NULL));
    assert_int_equal(shutdown(supervisor.fd, SHUT_RDWR), 0);
    assert_int_equal(supervisor_follow(&supervisor, end, end, &event, &err),
                     -1);
    assert_non_null(strstr(err.message, "start the supervisor"));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    unlink(PATHS_XND_SOCKET);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_that_runs_is_held),
    cmocka_unit_test(one_that_is_missing_starts_meanwhile),
    cmocka_unit_test(events_go_on_with_the_next_supervisor),
    cmocka_unit_test(without_any_supervisor_it_is_told),
};

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(interrupt_install(NULL), 0);
    mkdir("supervise-test", 0700);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir("supervise-test");
    return failed;
}
