/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/mem.h"

#define SELF "/proc/self/exe"
/* More than this of one's output is not printed, bytes. */
#define OUTPUT_LIMIT ((size_t)1 << 20)

static void close_output(struct job *job)
{
    io_cleanup_close(&job->output[0]);
    io_cleanup_close(&job->output[1]);
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

static void exec_self(const char *const *words, const struct job *job,
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
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent)
        execv(SELF, argv.items);
    _exit(ERR_FAILED);
}

int jobs_start(struct jobs *jobs, const char *const *words, size_t label,
               struct error *err)
{
    struct job job = { .label = label, .output = { -1, -1 } };
    pid_t parent = getpid();

    if (jobs->apart && keep_apart(&job, err) < 0) {
        close_output(&job);
        return -1;
    }
    job.pid = fork();
    if (job.pid == 0)
        exec_self(words, &job, parent);
    if (job.pid < 0) {
        close_output(&job);
        return error_set_errno(err, ERR_FAILED, errno, "fork");
    }
    job.fd = pidfd_open(job.pid, 0);
    if (job.fd < 0) {
        error_set_errno(err, ERR_FAILED, errno, "pidfd_open");
        kill(job.pid, SIGTERM);
        waitpid(job.pid, NULL, 0);
        close_output(&job);
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
    close_output(&job);
    io_cleanup_close(&job.fd);
    jobs->running.items[place] = jobs->running.items[--jobs->running.count];
    if (jobs->running.count == 0)
        VEC_DISPOSE(&jobs->running);
    return end;
}

int jobs_wait(struct jobs *jobs, int64_t deadline, struct job_end *end,
              struct error *err)
{
    size_t count = jobs->running.count;
    cleanup_free struct pollfd *fds = mem_zalloc(count + 1, sizeof(*fds));

    for (size_t i = 0; i < count; i++)
        fds[i] = (struct pollfd){ .fd = jobs->running.items[i].fd,
                                  .events = POLLIN };
    fds[count] = (struct pollfd){ .fd = interrupt_fd(), .events = POLLIN };
    if (poll(fds, count + 1, clock_left_ms(deadline)) < 0 && errno != EINTR)
        return error_set_errno(err, ERR_FAILED, errno, "poll");
    for (size_t i = 0; i < count; i++)
        if (fds[i].revents != 0) {
            *end = reap(jobs, i);
            return 1;
        }
    return 0;
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
