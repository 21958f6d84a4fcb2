/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/xl_logs.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/vec.h"
#include "domain/life/xl_daemon.h"

/* A log that is looked at again when it goes on. */
struct begun {
    int watch;
    char *name; /* owned */
};

struct xl_logs {
    uv_poll_t poll;
    int fd;
    char *folder; /* owned */
    xl_log_written *written;
    void *arg;
    VEC(struct begun) begun;
};

static void forget(struct xl_logs *logs, size_t place)
{
    free(logs->begun.items[place].name);
    logs->begun.items[place] = logs->begun.items[--logs->begun.count];
}

/* xl gives a log another name and begins one of the old name. */
static void drop_older(struct xl_logs *logs, const char *name, int watch)
{
    for (size_t i = 0; i < logs->begun.count; i++)
        if (logs->begun.items[i].watch != watch &&
            strcmp(logs->begun.items[i].name, name) == 0) {
            inotify_rm_watch(logs->fd, logs->begun.items[i].watch);
            forget(logs, i--);
        }
}

/* Watched before it is read: no line is missed. */
static void begin(struct xl_logs *logs, const char *file)
{
    cleanup_free char *name = xl_daemon_log_of(file);
    cleanup_free char *path = mem_printf("%s/%s", logs->folder, file);

    if (name == NULL)
        return;
    int watch = inotify_add_watch(logs->fd, path, IN_MODIFY | IN_DONT_FOLLOW);
    drop_older(logs, name, watch);
    if (logs->written(logs->arg, name) || watch < 0) {
        if (watch >= 0)
            inotify_rm_watch(logs->fd, watch);
        return;
    }
    VEC_EACH (&logs->begun, known)
        if (known->watch == watch)
            return;
    struct begun begun = { .watch = watch, .name = steal(name) };
    VEC_PUSH(&logs->begun, begun);
}

static void go_on(struct xl_logs *logs, const struct inotify_event *event)
{
    for (size_t i = 0; i < logs->begun.count; i++) {
        const struct begun *begun = &logs->begun.items[i];
        if (begun->watch != event->wd)
            continue;
        if (event->mask & IN_IGNORED) { /* the file is gone */
            forget(logs, i);
        } else if (logs->written(logs->arg, begun->name)) {
            inotify_rm_watch(logs->fd, event->wd);
            forget(logs, i);
        }
        return;
    }
}

static void look_at_all(struct xl_logs *logs)
{
    DIR *folder = opendir(logs->folder);

    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        begin(logs, entry->d_name);
    closedir(folder);
}

static void take_event(struct xl_logs *logs, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW)
        look_at_all(logs);
    else if (event->mask & (IN_CREATE | IN_MOVED_TO))
        begin(logs, event->name);
    else
        go_on(logs, event);
}

static void changed(uv_poll_t *poll, int status, int ready)
{
    struct xl_logs *logs = poll->data;
    char block[4096]
        __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t length;

    while ((length = read(logs->fd, block, sizeof(block))) > 0)
        for (char *at = block; at < block + length;) {
            const struct inotify_event *event =
                (const struct inotify_event *)at;
            at += sizeof(*event) + event->len;
            take_event(logs, event);
        }
}

int xl_logs_open(uv_loop_t *loop, const char *folder, xl_log_written *written,
                 void *arg, struct xl_logs **opened, struct error *err)
{
    cleanup_close int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    *opened = NULL;
    if (fd < 0 ||
        inotify_add_watch(fd, folder, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "watching %s", folder);
    struct xl_logs *logs = MEM_NEW(struct xl_logs);
    logs->fd = io_steal_fd(&fd);
    logs->folder = mem_strdup(folder);
    logs->written = written;
    logs->arg = arg;
    uv_poll_init(loop, &logs->poll, logs->fd);
    logs->poll.data = logs;
    uv_poll_start(&logs->poll, UV_READABLE, changed);
    look_at_all(logs);
    *opened = logs;
    return 0;
}

static void logs_free(uv_handle_t *handle)
{
    struct xl_logs *logs = handle->data;

    VEC_EACH (&logs->begun, begun)
        free(begun->name);
    VEC_DISPOSE(&logs->begun);
    io_cleanup_close(&logs->fd);
    free(logs->folder);
    free(logs);
}

void xl_logs_close(struct xl_logs *logs)
{
    if (logs == NULL)
        return;
    uv_poll_stop(&logs->poll);
    uv_close((uv_handle_t *)&logs->poll, logs_free);
}
