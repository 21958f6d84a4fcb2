/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/port.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "stream/figures.h"

/* Whoever says this is told apart by its first word (transfer/codec.c). */
static int give_up(const char *what, int64_t after, struct error *err)
{
    return error_set(err, ERR_TIMEOUT, "stalled: nothing %s for %lld s", what,
                     (long long)(after / 1000));
}

static void count(_Atomic uint64_t *figure, ssize_t bytes)
{
    if (figure != NULL)
        figures_add(figure, (uint64_t)bytes);
}

/* 1: something can be done with it, 0: not within that time. */
static int wait_for(int fd, short events, int64_t milliseconds)
{
    int64_t until = clock_deadline(milliseconds > 0 ? milliseconds : -1);
    struct pollfd poll_fd = { .fd = fd, .events = events };
    int got;

    do
        got = poll(&poll_fd, 1, clock_left_ms(until));
    while (got < 0 && errno == EINTR);
    return got != 0;
}

ssize_t inlet_read(const struct inlet *inlet, uint8_t *bytes, size_t room,
                   struct error *err)
{
    ssize_t got;

    if (inlet->stall_ms > 0 && !wait_for(inlet->fd, POLLIN, inlet->stall_ms))
        return give_up("came", inlet->stall_ms, err);
    do
        got = read(inlet->fd, bytes, room);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set_errno(err, ERR_FAILED, errno, "cannot read");
    count(inlet->count, got);
    return got;
}

/* -- out ------------------------------------------------------------------- */

/* Leaves out the first bytes of the parts; yields how many parts went. */
static size_t skip_parts(struct iovec *parts, size_t count, size_t bytes)
{
    size_t gone = 0;

    while (gone < count && bytes >= parts[gone].iov_len)
        bytes -= parts[gone++].iov_len;
    if (gone < count) {
        parts[gone].iov_base = (char *)parts[gone].iov_base + bytes;
        parts[gone].iov_len -= bytes;
    }
    return gone;
}

/* As much of the first part as the rate allows, once it allows any. */
static ssize_t write_slowly(struct outlet *outlet, const struct iovec *part)
{
    size_t allowed;

    while ((allowed = bucket_take(&outlet->bucket, clock_now_ms(),
                                  part->iov_len)) == 0 &&
           part->iov_len > 0)
        clock_sleep_ms(bucket_wait(&outlet->bucket));
    ssize_t done = write(outlet->fd, part->iov_base, allowed);
    bucket_put_back(&outlet->bucket, allowed - (size_t)(done > 0 ? done : 0));
    return done;
}

static ssize_t write_once(struct outlet *outlet, struct iovec *parts,
                          size_t count)
{
    if (outlet->bucket.rate > 0)
        return write_slowly(outlet, parts);
    return writev(outlet->fd, parts, (int)count);
}

/* Up to IOV_MAX parts, all of them. */
static int write_some(struct outlet *outlet, struct iovec *parts, size_t left,
                      struct error *err)
{
    while (left > 0) {
        if (outlet->stall_ms > 0 &&
            !wait_for(outlet->fd, POLLOUT, outlet->stall_ms))
            return give_up("went out", outlet->stall_ms, err);
        ssize_t done = write_once(outlet, parts, left);
        if (done < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (done < 0)
            return error_set_errno(err,
                                   errno == ENOSPC ? ERR_SPACE : ERR_FAILED,
                                   errno, "cannot write");
        count(outlet->count, done);
        size_t gone = skip_parts(parts, left, (size_t)done);
        parts += gone;
        left -= gone;
    }
    return 0;
}

static int write_parts(void *data, const struct iovec *parts, size_t count,
                       struct error *err)
{
    struct iovec some[IOV_MAX];

    while (count > 0) {
        size_t here = count < IOV_MAX ? count : IOV_MAX;
        memcpy(some, parts, here * sizeof(*some));
        if (write_some(data, some, here, err) < 0)
            return -1;
        parts += here;
        count -= here;
    }
    return 0;
}

struct outlet outlet_new(int fd, int64_t stall_ms, uint64_t rate,
                         _Atomic uint64_t *count)
{
    /* A write of more than there is room for would wait without a limit. */
    if (stall_ms > 0)
        (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    return (struct outlet){ .fd = fd,
                            .stall_ms = stall_ms,
                            .bucket = bucket_new(rate, clock_now_ms()),
                            .count = count };
}

struct stream_sink outlet_sink(struct outlet *outlet)
{
    return (struct stream_sink){ .write = write_parts, .data = outlet };
}
