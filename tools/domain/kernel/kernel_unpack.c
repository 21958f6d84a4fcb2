/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The child gets the packed bytes by fork, in memory that nobody else can
 * change meanwhile. It tells an error as text: its kind's number, a blank and
 * the message.
 */
#include "domain/kernel/kernel_unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/confine.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "domain/kernel/unpack_codec.h"

#define PATIENCE_MS 120000
#define CPU_SECONDS 60
/* What the libraries take beside a decoder's history. */
#define MEMORY (UNPACK_MEMORY + ((uint64_t)64 << 20))
#define MESSAGE_SIZE 256

/* Never returns. Only descriptor 0, the output, and 1, messages, are left. */
static void run_child(const struct unpack_request *request, int messages,
                      pid_t parent)
{
    struct error err = ERROR_INIT;
    struct confine confine = {
        .output = request->fd,
        .messages = messages,
        .file_bytes = request->limit,
        .memory_bytes = MEMORY,
        .cpu_seconds = CPU_SECONDS,
        .parent = parent,
    };
    struct unpack_request inside = *request;
    uint64_t done;
    char text[MESSAGE_SIZE];

    inside.fd = 0;
    signal(SIGTERM, SIG_DFL);
    if (confine_self(&confine) < 0)
        error_set_errno(&err, ERR_FAILED, errno, "giving up privileges");
    else if (unpack_run(&inside, &done, &err) == 0)
        _exit(0);
    int length = snprintf(text, sizeof(text), "%d %s", err.kind, err.message);
    if (length >= MESSAGE_SIZE)
        length = MESSAGE_SIZE - 1;
    (void)!io_write_all(1, text, (size_t)length);
    _exit(1);
}

/* True once it has ended by itself. */
static bool wait_for_end(pid_t pid, struct error *err)
{
    cleanup_close int pidfd = pidfd_open(pid, 0);
    int64_t end = clock_deadline(PATIENCE_MS);

    for (;;) {
        struct pollfd fds[] = {
            { .fd = pidfd, .events = POLLIN },
            { .fd = interrupt_fd(), .events = POLLIN },
        };
        if (poll(fds, 2, clock_left_ms(end)) < 0 && errno != EINTR)
            return error_set_errno(err, ERR_FAILED, errno, "poll") == 0;
        if (fds[0].revents != 0)
            return true;
        if (interrupt_signal() != 0)
            return error_set(err, ERR_FAILED, "interrupted") == 0;
        if (clock_is_past(end))
            return error_set(err, ERR_TIMEOUT, "it takes too long") == 0;
    }
}

static int take_message(int fd, struct error *err)
{
    char text[MESSAGE_SIZE];
    int kind, begin = 0;
    ssize_t got = read(fd, text, sizeof(text) - 1);

    text[got > 0 ? got : 0] = '\0';
    if (sscanf(text, "%d %n", &kind, &begin) != 1 || begin == 0 ||
        kind <= ERR_NONE || kind > ERR_SPACE)
        return error_set(err, ERR_FAILED, "the unpacking process: %s",
                         text[0] != '\0' ? text : "failed");
    return error_set(err, (enum error_kind)kind, "%s", text + begin);
}

static int explain_end(int status, int messages, struct error *err)
{
    if (WIFSIGNALED(status))
        return error_set(err, ERR_FAILED, "the unpacking process: %s",
                         strsignal(WTERMSIG(status)));
    return WEXITSTATUS(status) == 0 ? 0 : take_message(messages, err);
}

int kernel_unpack(const struct unpack_request *request, struct error *err)
{
    pid_t parent = getpid();
    int ends[2], status = 0;

    fflush(NULL);
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    cleanup_close int from = ends[0], to = ends[1];
    pid_t pid = fork();
    if (pid < 0)
        return error_set_errno(err, ERR_FAILED, errno, "fork");
    if (pid == 0)
        run_child(request, to, parent);
    bool ended = wait_for_end(pid, err);
    if (!ended)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return ended ? explain_end(status, from, err) : -1;
}
