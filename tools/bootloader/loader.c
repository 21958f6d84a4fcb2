/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bootloader/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "bootloader/room.h"

/* pygrub and Python in it take 60 MiB, and a file at a time comes to that. */
#define MEMORY_BYTES ((rlim_t)1 << 30)
#define CPU_SECONDS 120
#define FILES 64

/* Of what it says on standard error. */
#define KEEP_BYTES ((size_t)64 << 10)

/* The ends of pipes; what is written to go starts the program. */
struct start {
    const struct request *request;
    const struct confine_user *user;
    const char *const *argv;
    int go[2], said[2];
};

/* ---- the program's side ---- */

static int limit(__rlimit_resource_t resource, rlim_t most)
{
    struct rlimit limits = { .rlim_cur = most, .rlim_max = most };

    return setrlimit(resource, &limits);
}

static int set_limits(void)
{
    if (limit(RLIMIT_FSIZE, ROOM_BYTES) < 0 ||
        limit(RLIMIT_CPU, CPU_SECONDS) < 0 || limit(RLIMIT_CORE, 0) < 0 ||
        limit(RLIMIT_MEMLOCK, 0) < 0 || limit(RLIMIT_MSGQUEUE, 0) < 0)
        return -1;
    return limit(RLIMIT_NOFILE, FILES);
}

/* As it is after exec: no signal ignored or held back. */
static void reset_signals(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL); /* fails for a few; so be it */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Whoever started us told that it is still there after we can be told of its
 * end; a change of the user would take that back. */
static int tie_to_parent(const struct start *start)
{
    char byte;

    close(start->go[1]);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return -1;
    return read(start->go[0], &byte, 1) == 1 ? 0 : -1;
}

static int give_up_rights(const struct start *start)
{
    if (set_limits() < 0 || confine_become_user(start->user) < 0 ||
        limit(RLIMIT_NPROC, 0) < 0)
        return -1;
    return confine_program();
}

static void become_loader(const struct start *start)
{
    static const char *const env[] = { "TERM=vt100", "PATH=/usr/bin:/bin",
                                       "LANG=C.UTF-8", "HOME=/", NULL };

    reset_signals();
    if (give_up_rights(start) < 0 || tie_to_parent(start) < 0 ||
        dup2(start->said[1], STDERR_FILENO) < 0 ||
        syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) < 0 ||
        limit(RLIMIT_AS, MEMORY_BYTES) < 0)
        return;
    execve(start->argv[0], (char *const *)start->argv, (char *const *)env);
}

/* ---- our side ---- */

static void keep_end(struct strbuf *said)
{
    if (said->length <= KEEP_BYTES)
        return;
    size_t excess = said->length - KEEP_BYTES;
    memmove(said->text, said->text + excess, KEEP_BYTES + 1);
    said->length = KEEP_BYTES;
}

/* False at its end, or where there is nothing now. */
static bool hear(int fd, struct strbuf *said)
{
    char piece[4096];
    ssize_t got = read(fd, piece, sizeof(piece));

    if (got <= 0)
        return false;
    strbuf_add(said, piece, (size_t)got);
    keep_end(said);
    return true;
}

static int wait_for_end(const struct request *request, int pid_fd, int said_fd,
                        struct strbuf *said, struct error *err)
{
    int64_t deadline = clock_deadline(request->timeout_ms);
    bool talks = true;

    for (;;) {
        struct pollfd fds[] = {
            { .fd = pid_fd, .events = POLLIN },
            { .fd = talks ? said_fd : -1, .events = POLLIN },
        };
        int ready = poll(fds, 2, clock_left_ms(deadline));
        if (ready < 0 && errno != EINTR)
            return error_set_errno(err, ERR_DEVICE, errno, "poll");
        if (ready > 0 && fds[1].revents != 0)
            talks = hear(said_fd, said);
        else if (ready > 0 && fds[0].revents != 0)
            return 0;
        if (clock_is_past(deadline))
            return error_set(err, ERR_TIMEOUT, "%s: no end after %lld s",
                             request->loader,
                             (long long)request->timeout_ms / 1000);
    }
}

/* The last line with something in it; a guest may have chosen its bytes. */
static char *last_line(const struct strbuf *said)
{
    const char *text = said->text != NULL ? said->text : "";
    size_t end = said->length;

    while (end > 0 && (unsigned char)text[end - 1] <= ' ')
        end--;
    size_t start = end;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    char *line = mem_strndup(text + start, end - start);
    for (char *c = line; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return line;
}

static int judge(const struct request *request, int status,
                 const struct strbuf *said, struct error *err)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    cleanup_free char *line = last_line(said);
    cleanup_free char *how =
        WIFSIGNALED(status)
            ? mem_printf("killed by signal %d (%s)", WTERMSIG(status),
                         strsignal(WTERMSIG(status)))
            : mem_printf("exit status %d", WEXITSTATUS(status));
    return error_set(err, ERR_DEVICE, "%s: %s%s%s", request->loader, how,
                     *line != '\0' ? ": " : "", line);
}

/* From its start to its end. */
static int look_after(const struct start *start, pid_t pid, struct error *err)
{
    cleanup_strbuf struct strbuf said = { 0 };
    cleanup_close int pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
    int said_fd = start->said[0], status = 0;

    int rc = pid_fd < 0
                 ? error_set_errno(err, ERR_DEVICE, errno, "pidfd_open")
                 : wait_for_end(start->request, pid_fd, said_fd, &said, err);
    if (rc < 0)
        kill(pid, SIGKILL); /* and the kernel all others of its namespace */
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    fcntl(said_fd, F_SETFL, O_NONBLOCK);
    while (hear(said_fd, &said))
        continue;
    if (said.length > 0)
        (void)io_write_all(STDERR_FILENO, said.text, said.length);
    return rc < 0 ? rc : judge(start->request, status, &said, err);
}

static int start_and_wait(struct start *start, struct error *err)
{
    pid_t pid = fork();

    if (pid < 0)
        return error_set_errno(err, ERR_DEVICE, errno, "fork");
    if (pid == 0) {
        become_loader(start);
        int cause = errno;
        dprintf(start->said[1], "xn-bootloader: cannot start it: %s\n",
                strerror(cause));
        _exit(127);
    }
    io_cleanup_close(&start->said[1]);
    (void)!write(start->go[1], "", 1);
    return look_after(start, pid, err);
}

static void close_both(int ends[2])
{
    io_cleanup_close(&ends[0]);
    io_cleanup_close(&ends[1]);
}

int loader_run(const struct request *request, const struct confine_user *user,
               struct error *err)
{
    struct start start = {
        .request = request, .user = user, .go = { -1, -1 }, .said = { -1, -1 }
    };
    VEC(const char *) argv = VEC_INIT;
    int rc;

    VEC_PUSH(&argv, request->loader);
    VEC_PUSH(&argv, "--output=" ROOM_RESULT);
    VEC_PUSH(&argv, "--output-directory=" ROOM_OUT);
    VEC_EACH (&request->words, word)
        VEC_PUSH(&argv, *word);
    VEC_PUSH(&argv, ROOM_DISK);
    VEC_PUSH(&argv, NULL);
    start.argv = argv.items;
    if (pipe2(start.go, O_CLOEXEC) < 0 || pipe2(start.said, O_CLOEXEC) < 0)
        rc = error_set_errno(err, ERR_DEVICE, errno, "pipe");
    else
        rc = start_and_wait(&start, err);
    close_both(start.go);
    close_both(start.said);
    VEC_DISPOSE(&argv);
    return rc;
}
