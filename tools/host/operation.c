/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/operation.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/time.h>

#include <libxl_event.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"

/* Between two presses. */
#define PRESS_MS 500
/* Between two looks at whether it is pointless. */
#define LOOK_MS 500

static void complete(libxl_ctx *ctx, int rc, void *for_callback)
{
    struct operation *op = for_callback;

    op->rc = rc;
    op->done = true;
}

void operation_begin(struct operation *op, struct host *host)
{
    *op = (struct operation){ .host = host, .interruptible = true };
    op->how.callback = complete;
    op->how.u.for_callback = op;
    host_log_forget(&host->log);
}

/* libxl's descriptors, with ours in the last place. */
struct poll_set {
    struct pollfd *fds;
    int room;
    int used; /* of libxl's */
};

/* timeout (ms, -1 for none) is shortened to what libxl wants. */
static int fill_poll_set(libxl_ctx *ctx, struct poll_set *set, int *timeout)
{
    struct timeval now;

    gettimeofday(&now, NULL);
    for (;;) {
        set->used = set->room - 1;
        int rc =
            libxl_osevent_beforepoll(ctx, &set->used, set->fds, timeout, now);
        if (rc != ERROR_BUFFERFULL)
            return rc;
        set->room = set->used + 8;
        set->fds = mem_realloc(set->fds, (size_t)set->room, sizeof(*set->fds));
    }
}

/* Milliseconds; -1: none. */
static int find_timeout(const struct operation *op, int64_t end)
{
    int left = clock_left_ms(end);

    if (op->aborted)
        return op->press != NULL ? PRESS_MS : -1;
    if (op->is_pointless == NULL || (left >= 0 && left < LOOK_MS))
        return left;
    return LOOK_MS;
}

static int poll_once(struct operation *op, struct poll_set *set, int64_t end)
{
    libxl_ctx *ctx = op->host->ctx;
    int timeout = find_timeout(op, end);
    struct timeval now;

    int rc = fill_poll_set(ctx, set, &timeout);
    if (rc != 0)
        return rc;
    bool watch_signals = op->interruptible && !op->aborted;
    set->fds[set->used] =
        (struct pollfd){ .fd = watch_signals ? interrupt_fd() : -1,
                         .events = POLLIN };
    if (poll(set->fds, (nfds_t)set->used + 1, timeout) < 0 && errno != EINTR)
        return ERROR_FAIL;
    gettimeofday(&now, NULL);
    libxl_osevent_afterpoll(ctx, set->used, set->fds, now);
    return 0;
}

static void abort_if_due(struct operation *op, int64_t end, int *reason)
{
    if (op->done || op->aborted)
        return;
    if (op->interruptible && interrupt_signal() != 0)
        *reason = ERROR_ABORTED;
    else if (clock_is_past(end))
        *reason = ERROR_TIMEDOUT;
    else if (op->is_pointless != NULL && op->is_pointless(op->data))
        *reason = ERROR_ABORTED;
    else
        return;
    op->aborted = true;
    libxl_ao_abort(op->host->ctx, &op->how);
}

int operation_wait(struct operation *op, int started, int milliseconds)
{
    struct poll_set set = { .fds = mem_zalloc(8, sizeof(*set.fds)), .room = 8 };
    int64_t end = clock_deadline(milliseconds);
    int reason = 0, rc = started;

    while (rc == 0 && !op->done) {
        abort_if_due(op, end, &reason);
        if (op->aborted && op->press != NULL)
            op->press();
        if (!op->done) /* libxl may end it within the abort */
            rc = poll_once(op, &set, end);
    }
    free(set.fds);
    if (rc == 0)
        rc = op->rc;
    return rc == ERROR_ABORTED && reason != 0 ? reason : rc;
}

bool operation_look(struct operation *op, int started)
{
    struct poll_set set = { .fds = mem_zalloc(8, sizeof(*set.fds)), .room = 8 };

    if (started == 0 && !op->done)
        poll_once(op, &set, clock_now_ms());
    free(set.fds);
    return started != 0 || op->done;
}
