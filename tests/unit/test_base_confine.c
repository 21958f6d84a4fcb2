/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a confined process can still do, and what ends it. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/confine.h"

#define FILE_LIMIT 4096
#define NOBODY_ID 65534

/* The wait status of a confined process that did something. */
static int confined(void (*act)(void), int output, int messages)
{
    pid_t parent = getpid(), pid = fork();
    int status = -1;

    if (pid == 0) {
        struct confine confine = {
            .output = output,
            .messages = messages,
            .file_bytes = FILE_LIMIT,
            .memory_bytes = 16 << 20,
            .cpu_seconds = 1,
            .parent = parent,
        };
        if (confine_self(&confine) < 0)
            _exit(99);
        act();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static int confined_quietly(void (*act)(void))
{
    cleanup_close int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    return confined(act, null, null);
}

static void compute_and_write(void)
{
    char *memory = mem_zalloc(4, 1 << 20);

    memset(memory, 'x', 4 << 20);
    if (write(0, "out", 3) != 3 || write(1, memory, 3) != 3)
        _exit(1);
    free(memory);
}

static void it_computes_and_writes_to_what_was_kept(void **state)
{
    cleanup_free char *path = scratch_path("out");
    cleanup_close int output = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char text[8] = "";
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(confined(compute_and_write, output, ends[1]), 0);
    assert_int_equal(read(ends[0], text, sizeof(text)), 3);
    assert_string_equal(text, "xxx");
    assert_int_equal(pread(output, text, sizeof(text), 0), 3);
    assert_string_equal(text, "out");
    close(ends[0]);
    close(ends[1]);
    scratch_remove(path);
}

#if defined(__x86_64__)
static void open_a_file(void)
{
    (void)!open("/etc/passwd", O_RDONLY);
}

static void read_a_descriptor(void)
{
    char byte;

    (void)!read(0, &byte, 1);
}

static void start_a_process(void)
{
    fork();
}

static void signal_the_parent(void)
{
    kill(1, 0);
}

static void any_other_system_call_kills_it(void **state)
{
    void (*const acts[])(void) = { open_a_file, read_a_descriptor,
                                   start_a_process, signal_the_parent };

    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        int status = confined_quietly(acts[i]);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
    }
}
#endif

static void write_too_much(void)
{
    static const char block[FILE_LIMIT + 1];

    if (write(0, block, sizeof(block)) == FILE_LIMIT)
        (void)!write(0, block, 1);
}

static void a_file_ends_at_its_limit(void **state)
{
    cleanup_free char *path = scratch_path("out");
    cleanup_close int output = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int status = confined(write_too_much, output, output);

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGXFSZ);
    assert_int_equal(lseek(output, 0, SEEK_END), FILE_LIMIT);
    scratch_remove(path);
}

static void spin(void)
{
    for (volatile unsigned int i = 0;; i++)
        ;
}

static void computing_ends_too(void **state)
{
    int status = confined_quietly(spin);

    assert_true(WIFSIGNALED(status));
    assert_true(WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL);
}

#ifndef __SANITIZE_ADDRESS__
static void take_memory(void)
{
    void *memory = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    _exit(memory == MAP_FAILED ? 7 : 0);
}

static void memory_is_limited(void **state)
{
    int status = confined_quietly(take_memory);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}
#endif

static void become_its_own(void)
{
    struct confine_user user = confine_user_of_its_own();
    uid_t ids[3];
    gid_t groups[3];

    if (user.uid == NOBODY_ID || confine_become_user(&user) < 0 ||
        getresuid(&ids[0], &ids[1], &ids[2]) < 0 ||
        getresgid(&groups[0], &groups[1], &groups[2]) < 0)
        _exit(1);
    for (size_t i = 0; i < 3; i++)
        if (ids[i] != user.uid || groups[i] != user.gid)
            _exit(2);
    _exit(getgroups(0, NULL) == 0 && setuid(0) < 0 ? 0 : 3);
}

static void a_user_of_its_own_has_no_way_back(void **state)
{
    int status = -1;

    if (geteuid() != 0)
        skip();
    pid_t pid = fork();
    if (pid == 0)
        become_its_own();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void two_that_run_have_two_users(void **state)
{
    struct confine_user ours = confine_user_of_its_own();
    int status = -1;
    pid_t pid = fork();

    if (pid == 0)
        _exit(confine_user_of_its_own().uid == ours.uid);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_of_its_own_has_no_way_back),
        cmocka_unit_test(two_that_run_have_two_users),
        cmocka_unit_test(it_computes_and_writes_to_what_was_kept),
#if defined(__x86_64__)
        cmocka_unit_test(any_other_system_call_kills_it),
#endif
        cmocka_unit_test(a_file_ends_at_its_limit),
        cmocka_unit_test(computing_ends_too),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(memory_is_limited),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
