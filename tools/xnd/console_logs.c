/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What guests print, and have their device models print, wakes xnd, but not
 * more than once a second for all of them: xenconsoled's own limit (io.c,
 * RATE_LIMIT_ALLOWANCE) lets a guest write less than 1 MiB meanwhile.
 */
#include "xnd/console_logs.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <dirent.h>

#include "base/io.h"
#include "base/mem.h"
#include "domain/console_log.h"
#include "xnd/guests.h"
#include "xnd/journal.h"
#include "xnd/log_cap.h"

#define MODELS "/var/log/xen"
/* Of a device model's log, bytes. */
#define MODEL_CAP ((uint64_t)4 << 20)
#define PAUSE_MS 1000u

struct console_logs {
    uv_poll_t poll;
    uv_timer_t pause;
    struct xnd *xnd;
    int watch;
    uint64_t cap;
    unsigned int handles; /* that are not closed yet */
};

/* ---- full logs ---- */

/* What is between, the caller's; NULL: it has another beginning or end. */
static char *take_middle(const char *file, const char *prefix,
                         const char *suffix)
{
    size_t length = strlen(file), before = strlen(prefix),
           after = strlen(suffix);

    if (length <= before + after || strncmp(file, prefix, before) != 0 ||
        strcmp(file + length - after, suffix) != 0)
        return NULL;
    return mem_strndup(file + before, length - before - after);
}

static bool look_at_console(const struct console_logs *logs, const char *file)
{
    cleanup_free char *path = mem_printf(CONSOLE_LOG_FOLDER "/%s", file);
    cleanup_free char *name = take_middle(file, "guest-", ".log");

    return name != NULL &&
           log_cap_rotate(path, guests_console_cap(logs->xnd, name, logs->cap));
}

/* libxl gives each device model a log of its own, opened for appending. */
static bool look_at_model(const struct console_logs *logs, const char *file)
{
    cleanup_free char *path = mem_printf(MODELS "/%s", file);
    cleanup_free char *name = take_middle(file, "qemu-dm-", ".log");

    return name != NULL && log_cap_cut(path, MODEL_CAP);
}

/* true: look said so of one of the folder's files. */
static bool look_at_each(const struct console_logs *logs, const char *path,
                         bool (*look)(const struct console_logs *logs,
                                      const char *file))
{
    DIR *folder = opendir(path);
    bool any = false;

    if (folder == NULL)
        return false;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        any |= look(logs, entry->d_name);
    closedir(folder);
    return any;
}

static void look_at_all(const struct console_logs *logs)
{
    look_at_each(logs, MODELS, look_at_model);
    if (look_at_each(logs, CONSOLE_LOG_FOLDER, look_at_console) &&
        !console_log_tell(&console_log_of_host))
        journal_warn("console logs: xenconsoled cannot be told to go on");
}

/* ---- when to look ---- */

static void written(uv_poll_t *poll, int status, int events);

static void pause_over(uv_timer_t *timer)
{
    struct console_logs *logs = timer->data;
    char block[4096];

    while (read(logs->watch, block, sizeof(block)) > 0)
        continue;
    look_at_all(logs);
    uv_poll_start(&logs->poll, UV_READABLE, written);
}

static void written(uv_poll_t *poll, int status, int events)
{
    struct console_logs *logs = poll->data;

    uv_poll_stop(poll);
    uv_timer_start(&logs->pause, pause_over, PAUSE_MS, 0);
}

static void handle_closed(uv_handle_t *handle)
{
    struct console_logs *logs = handle->data;

    if (--logs->handles > 0)
        return;
    io_cleanup_close(&logs->watch);
    free(logs);
}

static bool watch_folders(int watch)
{
    bool consoles =
        inotify_add_watch(watch, CONSOLE_LOG_FOLDER, IN_MODIFY) >= 0;
    bool models = inotify_add_watch(watch, MODELS, IN_MODIFY) >= 0;

    return consoles || models;
}

void console_logs_open(struct xnd *xnd, uint64_t cap)
{
    cleanup_close int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    /* No such folder: nobody keeps logs there. */
    if (watch < 0 || !watch_folders(watch))
        return;
    struct console_logs *logs = MEM_NEW(struct console_logs);
    logs->xnd = xnd;
    logs->cap = cap;
    logs->watch = io_steal_fd(&watch);
    logs->handles = 2;
    uv_poll_init(&xnd->loop, &logs->poll, logs->watch);
    uv_timer_init(&xnd->loop, &logs->pause);
    logs->poll.data = logs->pause.data = logs;
    xnd->console_logs = logs;
    uv_timer_start(&logs->pause, pause_over, 0, 0); /* how they are now */
}

void console_logs_close(struct xnd *xnd)
{
    struct console_logs *logs = xnd->console_logs;

    if (logs == NULL)
        return;
    xnd->console_logs = NULL;
    uv_poll_stop(&logs->poll);
    uv_close((uv_handle_t *)&logs->poll, handle_closed);
    uv_close((uv_handle_t *)&logs->pause, handle_closed);
}
