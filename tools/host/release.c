/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xenstored fires @releaseDomain when a domain shuts down and again when it is
 * gone; which domain it was must be asked from Xen.
 */
#include "host/release.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include <xenstore.h>

#include "base/interrupt.h"

int release_watch_open(struct release_watch *watch, struct error *err)
{
    watch->xs = xs_open(0);
    if (watch->xs == NULL || !xs_watch(watch->xs, "@releaseDomain", "release"))
        return error_set_errno(err, ERR_HOST, errno,
                               "xenstored: watch for the end of domains");
    return 0;
}

void release_watch_close(struct release_watch *watch)
{
    if (watch->xs != NULL)
        xs_close(watch->xs);
    watch->xs = NULL;
}

/* Takes what has arrived; true if there was anything. */
static bool drain(struct xs_handle *xs)
{
    bool fired = false;
    char **event;

    while ((event = xs_check_watch(xs)) != NULL) {
        free(event);
        fired = true;
    }
    return fired;
}

int release_watch_wait(struct release_watch *watch, int milliseconds,
                       struct error *err)
{
    struct pollfd fds[] = {
        { .fd = xs_fileno(watch->xs), .events = POLLIN },
        { .fd = interrupt_fd(), .events = POLLIN },
    };

    if (poll(fds, 2, milliseconds) < 0 && errno != EINTR)
        return error_set_errno(err, ERR_FAILED, errno, "poll");
    if (drain(watch->xs))
        return 1;
    if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        return error_set(err, ERR_HOST, "xenstored has gone away");
    return 0;
}
