/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/strbuf.h"

/* What a worker has to say is short; more than this is not from ours. */
#define ANSWER_LIMIT ((size_t)1 << 20)

struct channel {
    int answer[2]; /* the worker writes, the parent reads */
    int leave[2];  /* closed by the parent: the worker may end */
};

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0)
            close(pair[i]);
    pair[0] = pair[1] = -1;
}

static void close_end(int *fd)
{
    close(*fd);
    *fd = -1;
}

static void write_answer(int fd, int rc, int64_t value, const struct error *err)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);
    size_t length;

    json_begin_object(json);
    json_add_int(json, "value", value);
    if (rc < 0) {
        json_add_int(json, "kind", err->kind ? err->kind : ERR_FAILED);
        json_add_string(json, "message", err->message);
        json_add_string(json, "hint", err->hint);
        json_add_string(json, "detail", err->detail);
    }
    json_end_object(json);
    const char *text = json_text(json, &length);
    (void)!io_write_all(fd, text, length);
}

/* Never returns. */
static void run_worker(struct channel *channel, pid_t parent, worker_fn *work,
                       void *argument)
{
    struct error err = ERROR_INIT;
    int64_t value = 0;
    char byte;

    setsid();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1);
    close_end(&channel->answer[0]);
    close_end(&channel->leave[1]);
    interrupt_clear();

    int rc = work(argument, &value, &err);
    write_answer(channel->answer[1], rc, value, &err);
    close_end(&channel->answer[1]);
    /* The parent first gives up being the one who inherits our children. */
    (void)!read(channel->leave[0], &byte, 1);
    fflush(NULL);
    _exit(rc == 0 ? 0 : 1);
}

/* One read of the answer; false at its end. */
static bool take_answer(int fd, struct strbuf *answer)
{
    char block[4096];
    ssize_t got = read(fd, block, sizeof(block));

    if (got <= 0 || answer->length > ANSWER_LIMIT)
        return false;
    strbuf_add(answer, block, (size_t)got);
    return true;
}

/*
 * Until the worker has answered or is gone. Its end is watched apart from the
 * pipe, whose other end processes that it forked may still hold open.
 */
static void read_answer(pid_t pid, int fd, struct strbuf *answer)
{
    cleanup_close int pidfd = pidfd_open(pid, 0);
    bool passed_on = false;

    for (;;) {
        if (interrupt_signal() != 0 && !passed_on) {
            kill(pid, SIGTERM);
            passed_on = true;
        }
        struct pollfd fds[] = {
            { .fd = fd, .events = POLLIN },
            { .fd = pidfd, .events = POLLIN },
            { .fd = passed_on ? -1 : interrupt_fd(), .events = POLLIN },
        };
        if (poll(fds, 3, -1) < 0)
            continue; /* EINTR: a signal to pass on */
        if (fds[0].revents != 0) {
            if (!take_answer(fd, answer))
                return;
        } else if (fds[1].revents != 0) {
            return;
        }
    }
}

/* true if it is a whole answer; its error, if it tells one, is put in err. */
static bool parse_answer(const struct strbuf *answer, int64_t *value, int *rc,
                         struct error *err)
{
    cleanup_json_value struct json_value *json = NULL;
    int64_t kind;

    if (answer->length == 0 ||
        json_parse(answer->text, answer->length, &json, NULL) < 0 ||
        !json_as_int(json_get(json, "value"), value))
        return false;
    *rc = 0;
    if (json_as_int(json_get(json, "kind"), &kind)) {
        const char *message = json_as_string(json_get(json, "message"));
        const char *hint = json_as_string(json_get(json, "hint"));
        const char *detail = json_as_string(json_get(json, "detail"));
        *rc = error_set(err, (enum error_kind)kind, "%s",
                        message ? message : "failed");
        if (hint != NULL)
            error_hint(err, "%s", hint);
        if (detail != NULL)
            error_detail(err, detail);
    }
    return true;
}

static void say_how_it_died(int status, struct error *err)
{
    if (WIFSIGNALED(status))
        error_set(err, ERR_FAILED, "the worker was killed: %s",
                  strsignal(WTERMSIG(status)));
    else
        error_set(err, ERR_FAILED, "the worker ended without an answer");
}

int worker_run(worker_fn *work, void *argument, struct worker_result *result,
               struct error *err)
{
    struct channel channel = { { -1, -1 }, { -1, -1 } };
    cleanup_strbuf struct strbuf answer = { 0 };
    pid_t parent = getpid();
    int rc = -1, status = 0;

    *result = (struct worker_result){ 0 };
    fflush(NULL);
    if (pipe2(channel.answer, O_CLOEXEC) < 0 ||
        pipe2(channel.leave, O_CLOEXEC) < 0) {
        error_set_errno(err, ERR_FAILED, errno, "pipe");
        close_pair(channel.answer);
        return -1;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t pid = fork();
    if (pid == 0)
        run_worker(&channel, parent, work, argument);
    close_end(&channel.answer[1]);
    close_end(&channel.leave[0]);
    if (pid < 0) {
        error_set_errno(err, ERR_FAILED, errno, "fork");
    } else {
        read_answer(pid, channel.answer[0], &answer);
        result->died = !parse_answer(&answer, &result->value, &rc, err);
        prctl(PR_SET_CHILD_SUBREAPER, result->died);
        close_end(&channel.leave[1]);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        if (result->died)
            say_how_it_died(status, err);
    }
    close_pair(channel.answer);
    close_pair(channel.leave);
    return rc;
}

bool worker_wait_orphans(int64_t milliseconds)
{
    int64_t end = clock_deadline(milliseconds);

    for (;;) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);
        if (pid < 0 && errno == ECHILD)
            return true;
        if (pid > 0)
            continue;
        if (clock_is_past(end))
            return false;
        clock_sleep_ms(20);
    }
}

/* Linux lists the children of a thread; ours has one thread by now. */
static void signal_children(int number)
{
    cleanup_free char *path =
        mem_printf("/proc/self/task/%d/children", (int)gettid());
    cleanup_free char *list = NULL;
    size_t length;

    if (io_read_file(path, 65536, &list, &length, NULL) < 0)
        return;
    for (char *next = list, *word; (word = strsep(&next, " ")) != NULL;)
        if (word[0] != '\0')
            kill((pid_t)atoi(word), number);
}

void worker_kill_orphans(void)
{
    signal_children(SIGTERM);
    if (worker_wait_orphans(1000))
        return;
    signal_children(SIGKILL);
    worker_wait_orphans(1000);
}
