/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"

#define SELF "/proc/self/exe"

static void exec_self(const char *const *words, pid_t parent)
{
    VEC(char *) argv = VEC_INIT;

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
    struct job job = { .label = label };
    pid_t parent = getpid();

    job.pid = fork();
    if (job.pid == 0)
        exec_self(words, parent);
    if (job.pid < 0)
        return error_set_errno(err, ERR_FAILED, errno, "fork");
    job.fd = pidfd_open(job.pid, 0);
    if (job.fd < 0) {
        error_set_errno(err, ERR_FAILED, errno, "pidfd_open");
        kill(job.pid, SIGTERM);
        waitpid(job.pid, NULL, 0);
        return -1;
    }
    VEC_PUSH(&jobs->running, job);
    return 0;
}

/* Takes the job out of the list; its exit status, -1 for a signal. */
static int reap(struct jobs *jobs, size_t place)
{
    struct job job = jobs->running.items[place];
    int status = 0;

    while (waitpid(job.pid, &status, 0) < 0 && errno == EINTR)
        continue;
    io_cleanup_close(&job.fd);
    jobs->running.items[place] = jobs->running.items[--jobs->running.count];
    if (jobs->running.count == 0)
        VEC_DISPOSE(&jobs->running);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int jobs_wait(struct jobs *jobs, int64_t deadline, size_t *label, bool *ok,
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
            *label = jobs->running.items[i].label;
            *ok = reap(jobs, i) == 0;
            return 1;
        }
    return 0;
}

void jobs_stop(struct jobs *jobs)
{
    VEC_EACH (&jobs->running, job)
        kill(job->pid, SIGTERM);
    while (jobs->running.count > 0)
        reap(jobs, 0);
}
