/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What guests print wakes xnd, but not more than once a second for all of
 * them: xenconsoled's own limit (io.c, RATE_LIMIT_ALLOWANCE) lets a guest write
 * less than 1 MiB meanwhile.
 */
#include "xnd/console_logs.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dirent.h>

#include "base/io.h"
#include "base/mem.h"
#include "domain/console_log.h"
#include "xnd/guests.h"
#include "xnd/journal.h"

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

/* true: xenconsoled is to begin another. */
static bool rotate(const char *path, uint64_t cap)
{
    cleanup_free char *older = mem_printf("%s.1", path);

    if (cap == 0 || rename(path, older) < 0) {
        (void)!truncate(path, 0); /* xenconsoled appends */
        return false;
    }
    return true;
}

/* The cap of "guest-NAME.log"; false: it is none of these. */
static bool find_cap(const struct console_logs *logs, const char *file,
                     uint64_t *cap)
{
    static const char prefix[] = "guest-", suffix[] = ".log";
    size_t length = strlen(file);

    if (strncmp(file, prefix, strlen(prefix)) != 0 ||
        length <= strlen(prefix) + strlen(suffix) ||
        strcmp(file + length - strlen(suffix), suffix) != 0)
        return false;
    cleanup_free char *name = mem_strndup(
        file + strlen(prefix), length - strlen(prefix) - strlen(suffix));
    *cap = guests_console_cap(logs->xnd, name, logs->cap);
    return true;
}

static bool look_at(const struct console_logs *logs, const char *file)
{
    cleanup_free char *path = mem_printf(CONSOLE_LOG_FOLDER "/%s", file);
    struct stat status;
    uint64_t cap;

    return find_cap(logs, file, &cap) && lstat(path, &status) == 0 &&
           S_ISREG(status.st_mode) && (uint64_t)status.st_size > cap &&
           rotate(path, cap);
}

static void look_at_all(const struct console_logs *logs)
{
    DIR *folder = opendir(CONSOLE_LOG_FOLDER);
    bool rotated = false;

    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        rotated |= look_at(logs, entry->d_name);
    closedir(folder);
    if (rotated && !console_log_tell(&console_log_of_host))
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

void console_logs_open(struct xnd *xnd, uint64_t cap)
{
    cleanup_close int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    /* No such folder: xenconsoled keeps no logs. */
    if (watch < 0 ||
        inotify_add_watch(watch, CONSOLE_LOG_FOLDER, IN_MODIFY) < 0)
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
