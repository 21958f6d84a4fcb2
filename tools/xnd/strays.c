/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/strays.h"

#include "base/clock.h"
#include "base/io.h"
#include "base/vec.h"
#include "domain/life/xl_daemon.h"
#include "host/domains.h"
#include "host/mark.h"
#include "xnd/guests.h"
#include "xnd/journal.h"

/* A guest whose process of xl lives. */
struct stray {
    uv_poll_t poll;
    struct xnd *xnd;
    uint32_t domid;
    int fd; /* a pidfd */
};

struct strays {
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

static void stray_free(uv_handle_t *handle)
{
    struct stray *stray = handle->data;

    io_cleanup_close(&stray->fd);
    free(stray);
}

static void close_stray(struct stray *stray)
{
    uv_poll_stop(&stray->poll);
    uv_close((uv_handle_t *)&stray->poll, stray_free);
}

static void process_ended(uv_poll_t *poll, int status, int events)
{
    struct stray *stray = poll->data;
    struct strays *strays = stray->xnd->strays;

    for (size_t i = 0; i < strays->list.count; i++)
        if (strays->list.items[i] == stray) {
            strays->list.items[i] = strays->list.items[--strays->list.count];
            break;
        }
    adopt(stray->xnd, stray->domid);
    close_stray(stray);
}

/* Takes the descriptor over. */
static void watch(struct xnd *xnd, uint32_t domid, int fd)
{
    struct stray *stray = MEM_NEW(struct stray);

    stray->xnd = xnd;
    stray->domid = domid;
    stray->fd = fd;
    uv_poll_init(&xnd->loop, &stray->poll, fd);
    stray->poll.data = stray;
    uv_poll_start(&stray->poll, UV_READABLE, process_ended);
    VEC_PUSH(&xnd->strays->list, stray);
}

/*
 * A log of an earlier guest of that name and number, from before the host's
 * last start, was written before this one was made.
 */
static void look_at(struct xnd *xnd, const struct domain_info *info,
                    uint64_t start)
{
    struct xl_daemon daemon;
    struct mark mark;
    bool marked = true;

    if (info->domid == 0 || info->name == NULL || info->dying || start == 0 ||
        mark_read(info->domid, &mark, &marked, NULL) < 0 || marked ||
        !xl_daemon_find(info->name, &daemon) || daemon.domid != info->domid ||
        daemon.written < (double)start)
        return;
    int fd = xl_daemon_open(&daemon);
    if (fd >= 0)
        watch(xnd, info->domid, fd);
    else
        adopt(xnd, info->domid);
}

static int look_at_all(struct xnd *xnd, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    cleanup_free uint64_t *starts = NULL;

    if (domain_list_read(&list, DOMAIN_NAMES | DOMAIN_VM_PATHS, err) < 0 ||
        domain_list_start_times(&list, &starts, err) < 0)
        return -1;
    for (size_t i = 0; i < list.items.count; i++)
        look_at(xnd, &list.items.items[i], starts[i]);
    return 0;
}

void strays_open(struct xnd *xnd)
{
    cleanup_error struct error err = ERROR_INIT;

    xnd->strays = MEM_NEW(struct strays);
    if (look_at_all(xnd, &err) < 0)
        journal_warn("guests of xl: %s", err.message);
}

void strays_close(struct xnd *xnd)
{
    if (xnd->strays == NULL)
        return;
    VEC_EACH (&xnd->strays->list, stray)
        close_stray(*stray);
    VEC_DISPOSE(&xnd->strays->list);
    free(xnd->strays);
    xnd->strays = NULL;
}
