/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/backlog.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <time.h>

/* Somebody reads more slowly than we write: in large pieces, between which it
 * may be nearly empty. */
static bool is_full(int fd)
{
    int room = fcntl(fd, F_GETPIPE_SZ);
    int held = 0;

    return room > 0 && ioctl(fd, FIONREAD, &held) == 0 && held >= room / 8;
}

void backlog_note(struct backlog *backlog, int64_t now_us, uint64_t ms)
{
    if (!is_full(backlog->fd))
        return;
    if (ms > BACKLOG_MAX_MS)
        ms = BACKLOG_MAX_MS;
    backlog->until_us = now_us + (int64_t)ms * 1000;
}

bool backlog_wait(struct backlog *backlog, int64_t now_us)
{
    int64_t us = backlog->until_us - now_us;
    struct timespec time = { .tv_sec = us / 1000000,
                             .tv_nsec = us % 1000000 * 1000 };

    if (backlog->waited || us <= 0)
        return false;
    backlog->waited = true;
    return nanosleep(&time, NULL) == 0;
}
