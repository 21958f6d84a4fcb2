/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/worker.h"

#include <unistd.h>

#include "base/mem.h"
#include "base/paths.h"
#include "base/vec.h"
#include "xnd/journal.h"

struct worker {
    uv_process_t process;
    struct xnd *xnd;
    worker_ended *ended;
    void *arg;
};

static void worker_free(uv_handle_t *handle)
{
    free(handle->data);
}

static void worker_exited(uv_process_t *process, int64_t status, int number)
{
    struct worker *worker = process->data;
    struct xnd *xnd = worker->xnd;
    worker_ended *ended = worker->ended;
    void *arg = worker->arg;

    if (number != 0)
        journal_warn("worker %d was ended by signal %d", (int)process->pid,
                     number);
    else if (status != 0)
        journal_warn("worker %d failed with status %d", (int)process->pid,
                     (int)status);
    uv_close((uv_handle_t *)process, worker_free);
    xnd->workers--;
    ended(xnd, arg, number == 0 && status == 0);
    xnd_reconsider(xnd);
}

static int spawn(struct xnd *xnd, struct worker *worker, char **argv,
                 int log_fd)
{
    /* What hooks and the device model may rely on, and nothing else. */
    static const char *const env[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG=C.UTF-8",
        NULL,
    };
    uv_stdio_container_t stdio[] = {
        { .flags = UV_IGNORE },
        { .flags = UV_INHERIT_FD, .data.fd = log_fd },
        { .flags = UV_INHERIT_FD, .data.fd = log_fd },
    };
    uv_process_options_t options = {
        .file = PATHS_XN,
        .args = argv,
        .env = (char **)env,
        .cwd = "/",
        .flags = UV_PROCESS_DETACHED,
        .stdio = stdio,
        .stdio_count = 3,
        .exit_cb = worker_exited,
    };

    return uv_spawn(&xnd->loop, &worker->process, &options);
}

int worker_spawn(struct xnd *xnd, const struct worker_start *start, int *pid,
                 struct error *err)
{
    struct worker *worker = MEM_NEW(struct worker);
    VEC(char *) argv = VEC_INIT;

    VEC_PUSH(&argv, (char *)PATHS_XN);
    for (const char *const *word = start->words; *word != NULL; word++)
        VEC_PUSH(&argv, (char *)*word);
    VEC_PUSH(&argv, NULL);
    *worker =
        (struct worker){ .xnd = xnd, .ended = start->ended, .arg = start->arg };
    worker->process.data = worker;
    int rc = spawn(xnd, worker, argv.items,
                   start->log_fd >= 0 ? start->log_fd : STDERR_FILENO);
    VEC_DISPOSE(&argv);
    if (rc != 0) {
        uv_close((uv_handle_t *)&worker->process, worker_free);
        return error_set(err, ERR_FAILED, "%s: %s", PATHS_XN, uv_strerror(rc));
    }
    xnd->workers++;
    if (pid != NULL)
        *pid = worker->process.pid;
    return 0;
}
