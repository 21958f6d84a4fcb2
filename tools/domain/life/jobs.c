/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/number.h"

/* The descriptor of a run's gate. */
#define GATE_VARIABLE "XENITH_GATE"
#define SELF "/proc/self/exe"
/* More than this of one's output is not printed, bytes. */
#define OUTPUT_LIMIT ((size_t)1 << 20)

static void close_all(struct job *job)
{
    io_cleanup_close(&job->output[0]);
    io_cleanup_close(&job->output[1]);
    io_cleanup_close(&job->gate);
    io_cleanup_close(&job->fd);
}

static int keep_apart(struct job *job, struct error *err)
{
    for (int i = 0; i < 2; i++) {
        job->output[i] = memfd_create("output", MFD_CLOEXEC);
        if (job->output[i] < 0)
            return error_set_errno(err, ERR_FAILED, errno, "memfd_create");
    }
    return 0;
}

/* What was written to it, the caller's; NULL if it is not kept apart. */
static char *take_output(int fd)
{
    cleanup_free char *path = mem_printf("/proc/self/fd/%d", fd);
    char *bytes = NULL;
    size_t length;

    if (fd < 0)
        return NULL;
    if (io_read_file(path, OUTPUT_LIMIT, &bytes, &length, NULL) < 0)
        return mem_strdup("");
    return bytes;
}

void job_end_dispose(struct job_end *end)
{
    free(end->output);
    free(end->errors);
    *end = (struct job_end){ 0 };
}

/* gate: the run's end of it, or -1. Only the run keeps it open. */
static bool hand_over_gate(int gate)
{
    char number[16];

    if (gate < 0)
        return unsetenv(GATE_VARIABLE) == 0;
    snprintf(number, sizeof(number), "%d", gate);
    return fcntl(gate, F_SETFD, 0) == 0 &&
           setenv(GATE_VARIABLE, number, 1) == 0;
}

static void exec_self(const char *const *words, const struct job *job, int gate,
                      pid_t parent)
{
    VEC(char *) argv = VEC_INIT;

    for (int i = 0; i < 2; i++)
        if (job->output[i] >= 0 && dup2(job->output[i], i + 1) < 0)
            _exit(ERR_FAILED);

    VEC_PUSH(&argv, (char *)"xn");
    for (const char *const *word = words; *word != NULL; word++)
        VEC_PUSH(&argv, (char *)*word);
    VEC_PUSH(&argv, NULL);
    if (hand_over_gate(gate) && prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 &&
        getppid() == parent)
        execv(SELF, argv.items);
    _exit(ERR_FAILED);
}

/* *theirs: the run's end, or -1; the caller's. */
static int open_gate(const struct jobs *jobs, struct job *job, int *theirs,
                     struct error *err)
{
    int ends[2];

    if (!jobs->gates)
        return 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "socketpair");
    job->gate = ends[0];
    *theirs = ends[1];
    return 0;
}

/* What it left half done, the caller closes. */
static int start(const struct jobs *jobs, const char *const *words,
                 struct job *job, struct error *err)
{
    cleanup_close int theirs = -1;
    pid_t parent = getpid();

    if ((jobs->apart && keep_apart(job, err) < 0) ||
        open_gate(jobs, job, &theirs, err) < 0)
        return -1;
    job->pid = fork();
    if (job->pid == 0)
        exec_self(words, job, theirs, parent);
    if (job->pid < 0)
        return error_set_errno(err, ERR_FAILED, errno, "fork");
    job->fd = pidfd_open(job->pid, 0);
    if (job->fd >= 0)
        return 0;
    error_set_errno(err, ERR_FAILED, errno, "pidfd_open");
    kill(job->pid, SIGTERM);
    waitpid(job->pid, NULL, 0);
    return -1;
}

int jobs_start(struct jobs *jobs, const char *const *words, size_t label,
               struct error *err)
{
    struct job job = {
        .label = label, .fd = -1, .output = { -1, -1 }, .gate = -1
    };

    if (start(jobs, words, &job, err) < 0) {
        close_all(&job);
        return -1;
    }
    VEC_PUSH(&jobs->running, job);
    return 0;
}

/* Takes the job out of the list. */
static struct job_end reap(struct jobs *jobs, size_t place)
{
    struct job job = jobs->running.items[place];
    int status = 0;

    while (waitpid(job.pid, &status, 0) < 0 && errno == EINTR)
        continue;
    struct job_end end = {
        .label = job.label,
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .output = take_output(job.output[0]),
        .errors = take_output(job.output[1]),
    };
    close_all(&job);
    jobs->running.items[place] = jobs->running.items[--jobs->running.count];
    if (jobs->running.count == 0)
        VEC_DISPOSE(&jobs->running);
    return end;
}

/* It says so once. */
static void note_waiting(struct job *job)
{
    char byte;

    if (recv(job->gate, &byte, 1, MSG_DONTWAIT) == 1) {
        job->waits = true;
        job->since_ms = clock_now_ms();
    } else {
        io_cleanup_close(&job->gate); /* it ends */
    }
}

/* For each one two: its end, and its gate, which poll(2) skips if it is -1. */
static struct pollfd *poll_set(const struct jobs *jobs)
{
    size_t count = 2 * jobs->running.count;
    struct pollfd *fds = mem_zalloc(count + 1, sizeof(*fds));
    struct pollfd *next = fds;

    VEC_EACH (&jobs->running, job) {
        *next++ = (struct pollfd){ .fd = job->fd, .events = POLLIN };
        *next++ = (struct pollfd){ .fd = job->waits ? -1 : job->gate,
                                   .events = POLLIN };
    }
    *next = (struct pollfd){ .fd = interrupt_fd(), .events = POLLIN };
    return fds;
}

int jobs_wait(struct jobs *jobs, int64_t deadline, struct job_end *end,
              struct error *err)
{
    size_t count = jobs->running.count;
    cleanup_free struct pollfd *fds = poll_set(jobs);

    if (poll(fds, 2 * count + 1, clock_left_ms(deadline)) < 0) {
        if (errno != EINTR)
            return error_set_errno(err, ERR_FAILED, errno, "poll");
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        if (fds[2 * i + 1].revents != 0)
            note_waiting(&jobs->running.items[i]);
    for (size_t i = 0; i < count; i++)
        if (fds[2 * i].revents != 0) {
            *end = reap(jobs, i);
            return 1;
        }
    return 0;
}

void jobs_let_go(struct job *job)
{
    send(job->gate, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    job->waits = false;
    job->went_on = true;
    io_cleanup_close(&job->gate);
}

void jobs_stop(struct jobs *jobs, void (*ended)(const struct job_end *end))
{
    VEC_EACH (&jobs->running, job)
        kill(job->pid, SIGTERM);
    while (jobs->running.count > 0) {
        cleanup_job_end struct job_end end = reap(jobs, 0);
        ended(&end);
    }
}

bool job_gate_take(struct job_gate *gate)
{
    const char *text = getenv(GATE_VARIABLE);
    uint32_t number;

    if (text == NULL || !number_parse_u32(text, &number) || number > INT_MAX ||
        fcntl((int)number, F_SETFD, FD_CLOEXEC) < 0)
        return false;
    gate->fd = (int)number;
    unsetenv(GATE_VARIABLE);
    return true;
}

int job_gate_wait(const struct job_gate *gate, struct error *err)
{
    struct pollfd fds[] = { { .fd = gate->fd, .events = POLLIN },
                            { .fd = interrupt_fd(), .events = POLLIN } };

    char byte;

    send(gate->fd, "", 1, MSG_NOSIGNAL);
    while (interrupt_signal() == 0 && poll(fds, 2, -1) < 0)
        if (errno != EINTR)
            return error_set_errno(err, ERR_FAILED, errno, "poll");
    if (interrupt_signal() != 0 || recv(gate->fd, &byte, 1, MSG_DONTWAIT) != 1)
        return error_set(err, ERR_FAILED, "interrupted");
    return 0;
}
