/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/strays.h"

#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/vec.h"
#include "domain/life/xl_daemon.h"
#include "host/domains.h"
#include "host/mark.h"
#include "xnd/events.h"
#include "xnd/guests.h"
#include "xnd/journal.h"
#include "xnd/xl_logs.h"

/* A guest whose process of xl lives. */
struct stray {
    uv_poll_t poll;
    struct xnd *xnd;
    char *log;    /* its guest's name when it began; owned */
    uint32_t pid; /* the process's */
    int fd;       /* a pidfd */
};

struct strays {
    struct xl_logs *logs; /* NULL: xl has never been here */
    VEC(struct stray *) list;
};

static void adopt(struct xnd *xnd, uint32_t domid)
{
    cleanup_error struct error err = ERROR_INIT;
    struct mark mark = { .since_ms = clock_now_ms() };

    if (mark_write(domid, &mark, &err) < 0 ||
        guests_adopt(xnd, domid, &err) < 0) {
        if (err.kind != ERR_NODOMAIN) /* it ended with its process */
            journal_warn("%s", err.message);
        return;
    }
    journal("domain %u was xl's, whose process has ended", domid);
}

/*
 * A log of an earlier guest of that number, from before the host's last start,
 * was written before this one was made.
 */
static bool is_about(const struct xl_daemon *daemon,
                     const struct domain_list *list)
{
    cleanup_free uint64_t *starts = NULL;

    return list->items.count == 1 && !list->items.items[0].dying &&
           domain_list_start_times(list, &starts, NULL) == 0 &&
           starts[0] != 0 && daemon->written >= (double)starts[0];
}

/* Whether the domain is there, and xl's. */
static bool is_of_xl(const struct xl_daemon *daemon)
{
    cleanup_domain_list struct domain_list list = { 0 };
    struct mark mark;
    bool marked = true;

    return daemon->domid != 0 &&
           domain_list_add(&list, daemon->domid, DOMAIN_VM_PATHS, NULL) == 0 &&
           is_about(daemon, &list) &&
           mark_read(daemon->domid, &mark, &marked, NULL) == 0 && !marked;
}

static void stray_free(uv_handle_t *handle)
{
    struct stray *stray = handle->data;

    io_cleanup_close(&stray->fd);
    free(stray->log);
    free(stray);
}

static void close_stray(struct stray *stray)
{
    uv_poll_stop(&stray->poll);
    uv_close((uv_handle_t *)&stray->poll, stray_free);
}

static void forget(struct stray *stray)
{
    struct strays *strays = stray->xnd->strays;

    for (size_t i = 0; i < strays->list.count; i++)
        if (strays->list.items[i] == stray) {
            strays->list.items[i] = strays->list.items[--strays->list.count];
            break;
        }
    close_stray(stray);
}

/* Of a guest that it rebooted the log tells the new number. */
static void process_ended(uv_poll_t *poll, int status, int events)
{
    struct stray *stray = poll->data;
    struct xl_daemon daemon;

    if (xl_daemon_find(XL_DAEMON_LOGS, stray->log, &daemon) &&
        is_of_xl(&daemon))
        adopt(stray->xnd, daemon.domid);
    forget(stray);
}

/* Takes the descriptor over. */
static void watch(struct xnd *xnd, const char *log,
                  const struct xl_daemon *daemon, int fd)
{
    struct stray *stray = MEM_NEW(struct stray);

    stray->xnd = xnd;
    stray->log = mem_strdup(log);
    stray->pid = daemon->pid;
    stray->fd = fd;
    uv_poll_init(&xnd->loop, &stray->poll, fd);
    stray->poll.data = stray;
    uv_poll_start(&stray->poll, UV_READABLE, process_ended);
    VEC_PUSH(&xnd->strays->list, stray);
}

static bool is_watched(const struct strays *strays, const char *log,
                       const struct xl_daemon *daemon)
{
    VEC_EACH (&strays->list, stray)
        if ((*stray)->pid == daemon->pid && strcmp((*stray)->log, log) == 0)
            return true;
    return false;
}

/*
 * xl says that it waits for a guest when it has let it run, which nothing else
 * tells of a guest that writes nothing to xenstore; and again after a reboot.
 */
static bool log_written(void *arg, const char *name)
{
    struct xnd *xnd = arg;
    struct xl_daemon daemon;

    if (!xl_daemon_find(XL_DAEMON_LOGS, name, &daemon))
        return false;
    if (is_watched(xnd->strays, name, &daemon)) {
        events_look(xnd);
        return false;
    }
    if (!is_of_xl(&daemon))
        return true;
    events_look(xnd);
    int fd = xl_daemon_open(&daemon);
    if (fd < 0) {
        adopt(xnd, daemon.domid);
        return true;
    }
    watch(xnd, name, &daemon, fd);
    return false;
}

void strays_open(struct xnd *xnd)
{
    cleanup_error struct error err = ERROR_INIT;

    xnd->strays = MEM_NEW(struct strays);
    if (xl_logs_open(&xnd->loop, XL_DAEMON_LOGS, log_written, xnd,
                     &xnd->strays->logs, &err) < 0)
        journal_warn("guests of xl: %s", err.message);
}

void strays_close(struct xnd *xnd)
{
    if (xnd->strays == NULL)
        return;
    VEC_EACH (&xnd->strays->list, stray)
        close_stray(*stray);
    xl_logs_close(xnd->strays->logs);
    VEC_DISPOSE(&xnd->strays->list);
    free(xnd->strays);
    xnd->strays = NULL;
}
