/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/bridge.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include <libxl_event.h>

#include "base/mem.h"
#include "xnd/guests.h"
#include "xnd/journal.h"

struct bridge {
    struct xnd *xnd;
    libxl_osevent_hooks hooks;
    libxl_event_hooks events;
    libxl_childproc_hooks children;
};

struct fd_watch {
    uv_poll_t poll;
    struct bridge *bridge;
    void *for_libxl;
    int fd;     /* libxl's */
    int own_fd; /* a duplicate, where the loop watches fd already; or -1 */
    short events;
};

struct timer {
    uv_timer_t timer;
    struct bridge *bridge;
    void *for_libxl;
};

static int to_uv(short events)
{
    return (events & POLLIN ? UV_READABLE : 0) |
           (events & POLLOUT ? UV_WRITABLE : 0) |
           (events & POLLPRI ? UV_PRIORITIZED : 0);
}

static short from_uv(int status, int events)
{
    if (status < 0)
        return POLLERR;
    return (short)((events & UV_READABLE ? POLLIN : 0) |
                   (events & UV_WRITABLE ? POLLOUT : 0) |
                   (events & UV_PRIORITIZED ? POLLPRI : 0));
}

static void fd_ready(uv_poll_t *poll, int status, int events)
{
    struct fd_watch *watch = poll->data;

    libxl_osevent_occurred_fd(watch->bridge->xnd->host.ctx, watch->for_libxl,
                              watch->fd, watch->events,
                              from_uv(status, events));
}

static int fd_start(struct fd_watch *watch, short events)
{
    int rc = to_uv(events) != 0
                 ? uv_poll_start(&watch->poll, to_uv(events), fd_ready)
                 : uv_poll_stop(&watch->poll);

    if (rc == 0)
        watch->events = events;
    return rc == 0 ? 0 : ERROR_OSEVENT_REG_FAIL;
}

static void fd_free(uv_handle_t *handle)
{
    struct fd_watch *watch = handle->data;

    if (watch->own_fd >= 0)
        close(watch->own_fd);
    free(watch);
}

/* libuv watches a descriptor once; libxl may want it several times. */
static int fd_init(struct fd_watch *watch)
{
    uv_loop_t *loop = &watch->bridge->xnd->loop;

    watch->own_fd = -1;
    int rc = uv_poll_init(loop, &watch->poll, watch->fd);
    if (rc != UV_EEXIST)
        return rc;
    watch->own_fd = fcntl(watch->fd, F_DUPFD_CLOEXEC, 0);
    if (watch->own_fd < 0)
        return rc;
    rc = uv_poll_init(loop, &watch->poll, watch->own_fd);
    if (rc != 0)
        close(watch->own_fd);
    return rc;
}

static int fd_register(void *user, int fd, void **registration, short events,
                       void *for_libxl)
{
    struct fd_watch *watch = MEM_NEW(struct fd_watch);

    watch->bridge = user;
    watch->for_libxl = for_libxl;
    watch->fd = fd;
    if (fd_init(watch) != 0) {
        free(watch);
        return ERROR_OSEVENT_REG_FAIL;
    }
    watch->poll.data = watch;
    if (fd_start(watch, events) != 0) {
        uv_close((uv_handle_t *)&watch->poll, fd_free);
        return ERROR_OSEVENT_REG_FAIL;
    }
    *registration = watch;
    return 0;
}

static int fd_modify(void *user, int fd, void **registration, short events)
{
    return fd_start(*registration, events);
}

static void fd_deregister(void *user, int fd, void *registration)
{
    struct fd_watch *watch = registration;

    /* Now, while the descriptor is still open: the closing comes later. */
    uv_poll_stop(&watch->poll);
    uv_close((uv_handle_t *)&watch->poll, fd_free);
}

static void timer_free(uv_handle_t *handle)
{
    free(handle->data);
}

static void timer_fired(uv_timer_t *handle)
{
    struct timer *timer = handle->data;
    libxl_ctx *ctx = timer->bridge->xnd->host.ctx;
    void *for_libxl = timer->for_libxl;

    uv_close((uv_handle_t *)handle, timer_free);
    libxl_osevent_occurred_timeout(ctx, for_libxl);
}

static uint64_t milliseconds_until(struct timeval when)
{
    struct timeval now, left;

    gettimeofday(&now, NULL);
    if (!timercmp(&when, &now, >))
        return 0;
    timersub(&when, &now, &left);
    return (uint64_t)left.tv_sec * 1000 + (uint64_t)left.tv_usec / 1000 + 1;
}

static int timeout_register(void *user, void **registration,
                            struct timeval when, void *for_libxl)
{
    struct timer *timer = MEM_NEW(struct timer);

    timer->bridge = user;
    timer->for_libxl = for_libxl;
    uv_timer_init(&timer->bridge->xnd->loop, &timer->timer);
    timer->timer.data = timer;
    uv_timer_start(&timer->timer, timer_fired, milliseconds_until(when), 0);
    *registration = timer;
    return 0;
}

/* libxl only ever asks for "as soon as possible". */
static int timeout_modify(void *user, void **registration, struct timeval when)
{
    struct timer *timer = *registration;

    uv_timer_start(&timer->timer, timer_fired, 0, 0);
    return 0;
}

static void timeout_deregister(void *user, void *registration)
{
    /* libxl promises never to call it. */
}

/* Of a death it matters little which: guests_notice looks for itself. */
static void event_occurs(void *user, libxl_event *event)
{
    struct bridge *bridge = user;
    uint32_t domid = event->domid;

    if (event->type == LIBXL_EVENT_TYPE_DISK_EJECT)
        guests_eject(bridge->xnd, domid, event->for_user);
    libxl_event_free(bridge->xnd->host.ctx, event);
    guests_notice(bridge->xnd, domid);
}

static void disaster(void *user, libxl_event_type type, const char *message,
                     int errnum)
{
    struct bridge *bridge = user;

    journal_warn("libxl lost its events: %s (error %d)", message, errnum);
    xnd_stop(bridge->xnd, true);
}

void bridge_open(struct xnd *xnd)
{
    struct bridge *bridge = MEM_NEW(struct bridge);

    bridge->xnd = xnd;
    bridge->hooks = (libxl_osevent_hooks){
        .fd_register = fd_register,
        .fd_modify = fd_modify,
        .fd_deregister = fd_deregister,
        .timeout_register = timeout_register,
        .timeout_modify = timeout_modify,
        .timeout_deregister = timeout_deregister,
    };
    bridge->events = (libxl_event_hooks){
        .event_occurs_mask = LIBXL_EVENTMASK_ALL,
        .event_occurs = event_occurs,
        .disaster = disaster,
    };
    /* libuv owns SIGCHLD; no libxl call that forks is made in here. */
    bridge->children = (libxl_childproc_hooks){
        .chldowner = libxl_sigchld_owner_mainloop,
    };
    xnd->bridge = bridge;
    libxl_childproc_setmode(xnd->host.ctx, &bridge->children, bridge);
    libxl_osevent_register_hooks(xnd->host.ctx, &bridge->hooks, bridge);
    libxl_event_register_callbacks(xnd->host.ctx, &bridge->events, bridge);
}

void bridge_free(struct xnd *xnd)
{
    free(xnd->bridge);
    xnd->bridge = NULL;
}
