/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/job.h"

#include <signal.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/proc.h"

void job_add_word(struct job_words *words, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    VEC_PUSH(&words->list, mem_vprintf(format, args));
    va_end(args);
}

struct job_program *job_add(struct job *job, int64_t timeout_ms)
{
    struct job_program *program = VEC_ADD(&job->programs);

    *program = (struct job_program){ .timeout_ms = timeout_ms };
    return program;
}

static int run_program(const struct job_program *program, struct error *err)
{
    struct proc proc = {
        .argv = (const char *const *)program->argv.list.items,
        .env = (const char *const *)program->env.list.items,
        .timeout_ms = program->timeout_ms,
    };

    return proc_run_ok(&proc, NULL, err);
}

static void *run_all(void *arg)
{
    struct job *job = arg;

    VEC_EACH (&job->programs, program) {
        struct error *err = program->may_fail ? &job->passed : &job->err;
        if (run_program(program, err) < 0 && !program->may_fail)
            break;
    }
    /* A pointer is less than what a pipe takes at once. */
    (void)io_write_all(job->done_fd, &job, sizeof(job));
    return NULL;
}

/* Signals are for the thread that waits for them. */
static int start_thread(struct job *job)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int cause = pthread_create(&job->thread, NULL, run_all, job);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return cause;
}

int job_start(struct job *job, int done_fd, struct error *err)
{
    VEC_EACH (&job->programs, program) {
        VEC_PUSH(&program->argv.list, NULL);
        VEC_PUSH(&program->env.list, NULL);
    }
    job->done_fd = done_fd;
    int cause = start_thread(job);
    return cause == 0 ? 0
                      : error_set_errno(err, ERR_FAILED, cause,
                                        "no thread for a script");
}

void job_join(struct job *job)
{
    pthread_join(job->thread, NULL);
}

static void words_dispose(struct job_words *words)
{
    VEC_EACH (&words->list, word)
        free(*word);
    VEC_DISPOSE(&words->list);
}

void job_free(struct job *job)
{
    if (job == NULL)
        return;
    VEC_EACH (&job->programs, program) {
        words_dispose(&program->argv);
        words_dispose(&program->env);
    }
    VEC_DISPOSE(&job->programs);
    error_dispose(&job->err);
    error_dispose(&job->passed);
    free(job);
}
