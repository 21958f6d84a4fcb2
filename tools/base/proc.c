/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between fork and exec the child makes system calls only, because the parent
 * may have threads; whatever needs memory is prepared before. It tells through
 * a pipe that exec closes why it could not start. The end of the program is
 * seen through a pidfd and not through the end of its output, which a daemon
 * that it left behind may hold open.
 */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/vec.h"

struct capture {
    int fd; /* our end, non-blocking; -1 once it ended */
    size_t keep;
    struct strbuf buf;
    uint64_t dropped;
};

struct running {
    pid_t pid; /* also its process group */
    int pid_fd;
    struct capture out, err;
};

/* What the child needs, all of it made before the fork. */
struct start {
    const char *const *argv;
    char **env;
    const struct confine_user *user;
    pid_t parent;
    int input, output, error;
    int extra; /* -1: none */
};

/* ---- the child, before exec ---- */

static void reset_signals(void)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        sigaction(number, &action, NULL); /* fails for a few; so be it */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void become_program(const struct start *start)
{
    reset_signals();
    /* A change of the user clears the signal of the parent's death. */
    if (setpgid(0, 0) < 0 ||
        (start->user != NULL && confine_become_user(start->user) < 0) ||
        prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
        dup2(start->input, STDIN_FILENO) < 0 ||
        dup2(start->output, STDOUT_FILENO) < 0 ||
        dup2(start->error, STDERR_FILENO) < 0 ||
        (start->extra >= 0 && dup2(start->extra, PROC_EXTRA_FD) < 0))
        return;
    if (getppid() != start->parent) /* it died before the prctl */
        return;
    /* Ours are close-on-exec; a library's may not be. */
    syscall(SYS_close_range,
            start->extra >= 0 ? PROC_EXTRA_FD + 1 : STDERR_FILENO + 1, ~0U,
            4 /* CLOEXEC */);
    execvpe(start->argv[0], (char *const *)start->argv, start->env);
}

/* ---- starting it ---- */

/* Our environment with the additions in front; the array is the caller's. */
static char **make_env(const char *const *additions, bool only_those)
{
    VEC(char *) env = VEC_INIT;

    for (size_t i = 0; additions != NULL && additions[i] != NULL; i++)
        VEC_PUSH(&env, (char *)additions[i]);
    size_t added = env.count;
    for (char **old = environ; !only_those && *old != NULL; old++) {
        size_t name = strcspn(*old, "=") + 1, i = 0;
        while (i < added && strncmp(env.items[i], *old, name) != 0)
            i++;
        if (i == added)
            VEC_PUSH(&env, *old);
    }
    VEC_PUSH(&env, NULL);
    return env.items;
}

struct channel {
    int read;
    int write;
};

static void channel_close(struct channel *channel)
{
    io_cleanup_close(&channel->read);
    io_cleanup_close(&channel->write);
}
#define cleanup_channel __attribute__((cleanup(channel_close)))
#define CHANNEL_INIT \
    {                \
        -1, -1       \
    }

/* Another descriptor for the same, where no dup2 of the child can hit it. */
static int lift_fd(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, PROC_EXTRA_FD + 1);
}

static int channel_open(struct channel *channel)
{
    cleanup_channel struct channel raw = CHANNEL_INIT;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    raw = (struct channel){ ends[0], ends[1] };
    channel->read = lift_fd(raw.read);
    channel->write = lift_fd(raw.write);
    return channel->read < 0 || channel->write < 0 ? -1 : 0;
}

static int open_input(const struct proc *proc)
{
    if (proc->input_fd > 0)
        return lift_fd(proc->input_fd);
    cleanup_close int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return null < 0 ? -1 : lift_fd(null);
}

/* Forks and waits for the exec. 0, or -1 with errno and nothing running. */
static int launch(const struct start *start, struct running *run,
                  struct channel *report)
{
    int cause = 0;
    ssize_t moved;

    run->pid = fork();
    if (run->pid < 0)
        return -1;
    if (run->pid == 0) {
        become_program(start);
        cause = errno;
        moved = write(report->write, &cause, sizeof(cause));
        (void)moved;
        _exit(127);
    }
    io_cleanup_close(&report->write);
    do {
        moved = read(report->read, &cause, sizeof(cause));
    } while (moved < 0 && errno == EINTR);
    if (moved != sizeof(cause))
        return 0;
    while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    errno = cause;
    return -1;
}

/* Starts it with what it shall write to; see launch. */
static int start_writing_to(const struct proc *proc, int output, int error,
                            struct running *run)
{
    cleanup_channel struct channel report = CHANNEL_INIT;
    cleanup_free char **env = make_env(proc->env, proc->only_env);
    cleanup_close int input = open_input(proc);
    cleanup_close int extra = proc->extra_fd > 0 ? lift_fd(proc->extra_fd) : -1;

    if (input < 0 || (proc->extra_fd > 0 && extra < 0) ||
        channel_open(&report) < 0)
        return -1;
    struct start start = {
        .argv = proc->argv,
        .env = env,
        .user = proc->user,
        .parent = getpid(),
        .input = input,
        .output = output,
        .error = error,
        .extra = extra,
    };
    return launch(&start, run, &report);
}

/* 0, or -1 with errno and nothing running. */
static int start_program(const struct proc *proc, struct running *run)
{
    cleanup_channel struct channel out = CHANNEL_INIT, error = CHANNEL_INIT;

    if (channel_open(&out) < 0 || channel_open(&error) < 0 ||
        start_writing_to(proc, out.write, error.write, run) < 0)
        return -1;
    run->out.fd = io_steal_fd(&out.read);
    run->err.fd = io_steal_fd(&error.read);
    fcntl(run->out.fd, F_SETFL, O_NONBLOCK);
    fcntl(run->err.fd, F_SETFL, O_NONBLOCK);
    return 0;
}

int proc_start(const struct proc *proc, int output, struct proc_child *child,
               struct error *err)
{
    cleanup_channel struct channel error = CHANNEL_INIT;
    cleanup_close int lifted = lift_fd(output);
    struct running run = { 0 };

    if (lifted < 0 || channel_open(&error) < 0 ||
        start_writing_to(proc, lifted, error.write, &run) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "%s", proc->argv[0]);
    child->pid = run.pid;
    child->error_fd = io_steal_fd(&error.read);
    return 0;
}

/* ---- listening to it ---- */

static void cut_front(struct capture *capture)
{
    struct strbuf *buf = &capture->buf;

    if (buf->length <= capture->keep)
        return;
    size_t excess = buf->length - capture->keep;
    memmove(buf->text, buf->text + excess, capture->keep + 1);
    buf->length = capture->keep;
    capture->dropped += excess;
}

/* Takes one piece; false when there is none now. */
static bool take_piece(struct capture *capture)
{
    char piece[16384];

    if (capture->fd < 0)
        return false;
    ssize_t got = read(capture->fd, piece, sizeof(piece));
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (got <= 0) {
        io_cleanup_close(&capture->fd);
        return false;
    }
    strbuf_add(&capture->buf, piece, (size_t)got);
    if (capture->buf.length > 2 * capture->keep)
        cut_front(capture);
    return true;
}

/* Takes what is in the pipe, but no more than a pipe can hold by default. */
static void take_rest(struct capture *capture)
{
    for (int pieces = 0; pieces < 64 && take_piece(capture); pieces++)
        continue;
    io_cleanup_close(&capture->fd);
}

/* Listens until it ends by itself; -1 if it must be ended. */
static int listen_to(const struct proc *proc, struct running *run,
                     struct error *err)
{
    int64_t deadline =
        clock_deadline(proc->timeout_ms > 0 ? proc->timeout_ms : -1);

    for (;;) {
        struct pollfd fds[] = {
            { .fd = run->pid_fd, .events = POLLIN },
            { .fd = run->out.fd, .events = POLLIN },
            { .fd = run->err.fd, .events = POLLIN },
            { .fd = proc->interruptible ? interrupt_fd() : -1,
              .events = POLLIN },
        };
        int ready = poll(fds, 4, clock_left_ms(deadline));
        if (ready < 0 && errno != EINTR)
            return error_set_errno(err, ERR_FAILED, errno, "%s: poll",
                                   proc->argv[0]);
        if (ready > 0 && fds[0].revents != 0)
            return 0;
        if (ready > 0 && fds[3].revents != 0)
            return error_set(err, ERR_FAILED, "%s: interrupted", proc->argv[0]);
        if (clock_is_past(deadline))
            return error_set(err, ERR_TIMEOUT, "%s: no end after %.1f s",
                             proc->argv[0], (double)proc->timeout_ms / 1000);
        take_piece(&run->out);
        take_piece(&run->err);
    }
}

static struct proc_output finish_capture(struct capture *capture)
{
    take_rest(capture);
    cut_front(capture);
    size_t length = capture->buf.length;
    return (struct proc_output){
        .text = strbuf_take(&capture->buf),
        .length = length,
        .dropped = capture->dropped,
    };
}

/* Collects it; -1 where somebody else in this process already did. */
static int reap(struct running *run, struct proc_result *result)
{
    int status;
    pid_t got;

    do {
        got = waitpid(run->pid, &status, 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return -1;
    result->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    result->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return 0;
}

static struct capture capture_begin(const struct proc *proc)
{
    return (struct capture){
        .fd = -1,
        .keep = proc->keep > 0 ? proc->keep : PROC_KEEP,
    };
}

/* From the exec to the grave. */
static int supervise(const struct proc *proc, struct running *run,
                     struct proc_result *result, struct error *err)
{
    int rc;

    run->pid_fd = (int)syscall(SYS_pidfd_open, run->pid, 0);
    if (run->pid_fd < 0)
        rc = error_set_errno(err, ERR_FAILED, errno, "%s: pidfd_open",
                             proc->argv[0]);
    else
        rc = listen_to(proc, run, err);
    if (rc < 0)
        kill(-run->pid, SIGKILL);
    if (reap(run, result) < 0)
        rc = error_set_errno(err, ERR_FAILED, errno, "%s: its exit status",
                             proc->argv[0]);
    io_cleanup_close(&run->pid_fd);
    return rc;
}

int proc_run(const struct proc *proc, struct proc_result *result,
             struct error *err)
{
    struct running run = {
        .out = capture_begin(proc),
        .err = capture_begin(proc),
    };
    int rc;

    *result = (struct proc_result){ .exit_status = -1 };
    if (start_program(proc, &run) < 0)
        rc = error_set_errno(err, ERR_FAILED, errno, "%s", proc->argv[0]);
    else
        rc = supervise(proc, &run, result, err);
    result->out = finish_capture(&run.out);
    result->err = finish_capture(&run.err);
    return rc;
}

/* ---- judging it ---- */

/* The last line that is not blank, without its end. */
static char *last_line(const char *text)
{
    size_t end = strlen(text);

    while (end > 0 && strchr(" \t\r\n", text[end - 1]) != NULL)
        end--;
    size_t start = end;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    return mem_strndup(text + start, end - start);
}

static int judge(const char *name, const struct proc_result *result,
                 struct error *err)
{
    if (result->exit_status == 0)
        return 0;
    cleanup_free char *line = last_line(result->err.text);
    cleanup_free char *how =
        result->signal != 0
            ? mem_printf("killed by signal %d (%s)", result->signal,
                         strsignal(result->signal))
            : mem_printf("exit status %d", result->exit_status);
    error_set(err, ERR_FAILED, "%s: %s%s%s", name, how,
              *line != '\0' ? ": " : "", line);
    return -1;
}

int proc_run_ok(const struct proc *proc, struct proc_result *result,
                struct error *err)
{
    cleanup_proc_result struct proc_result own = { 0 };

    if (result == NULL)
        result = &own;
    int rc = proc_run(proc, result, err);
    if (rc == 0)
        rc = judge(proc->argv[0], result, err);
    if (rc < 0 && strchr(result->err.text, '\n') != NULL)
        error_detail(err, result->err.text);
    return rc;
}

void proc_result_dispose(struct proc_result *result)
{
    free(result->out.text);
    free(result->err.text);
    *result = (struct proc_result){ 0 };
}
