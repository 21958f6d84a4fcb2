/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "stream/frame.h"

#define PIPE_ROOM (1 << 20)

/*
 * Milliseconds without input after which what is there of a record goes out. A
 * record comes in one piece unless its writer was held up.
 */
#define LATE_MS 20

/* -- descriptors ----------------------------------------------------------- */

/* Fewer and longer turns, where it is a pipe that may grow. */
static void widen(int fd)
{
    (void)fcntl(fd, F_SETPIPE_SZ, PIPE_ROOM);
}

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

/* Up to IOV_MAX parts, all of them. */
static int write_some(int fd, struct iovec *parts, size_t count)
{
    while (count > 0) {
        ssize_t done = writev(fd, parts, (int)count);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        size_t gone = skip_parts(parts, count, (size_t)done);
        parts += gone;
        count -= gone;
    }
    return 0;
}

static int write_parts(void *data, const struct iovec *parts, size_t count,
                       struct error *err)
{
    const int *fd = data;
    struct iovec some[IOV_MAX];

    while (count > 0) {
        size_t here = count < IOV_MAX ? count : IOV_MAX;
        memcpy(some, parts, here * sizeof(*some));
        if (write_some(*fd, some, here) < 0)
            return error_set_errno(err,
                                   errno == ENOSPC ? ERR_SPACE : ERR_FAILED,
                                   errno, "cannot write");
        parts += here;
        count -= here;
    }
    return 0;
}

struct stream_sink filter_sink(const int *fd)
{
    return (struct stream_sink){ .write = write_parts, .data = (void *)fd };
}

ssize_t filter_read(int fd, uint8_t *bytes, size_t room, struct error *err)
{
    ssize_t got;

    do
        got = read(fd, bytes, room);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set_errno(err, ERR_FAILED, errno, "cannot read");
    return got;
}

ssize_t filter_read_head(int fd, uint8_t *bytes, size_t room, struct error *err)
{
    size_t got = 0;
    ssize_t here;

    do {
        here = filter_read(fd, bytes + got, room - got, err);
        if (here < 0)
            return -1;
        got += (size_t)here;
    } while (here > 0 && got < STREAM_MAGIC_LENGTH);
    return (ssize_t)got;
}

/* Whether there is input, or its end; waits up to that many ms, -1: for ever */
static bool has_input(int fd, int milliseconds)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

    return poll(&poll_fd, 1, milliseconds) != 0;
}

/* -- both ends ------------------------------------------------------------- */

/* Sends out what can be, while nothing comes in. */
static int flush_when_quiet(struct encoder *encoder, int in, struct error *err)
{
    if (!encoder_holds_bytes(encoder) || has_input(in, 0))
        return 0;
    if (encoder_flush(encoder, false, err) < 0)
        return -1;
    if (!encoder_holds_bytes(encoder) || has_input(in, LATE_MS))
        return 0;
    return encoder_flush(encoder, true, err);
}

static int pump_encoder(struct encoder *encoder, bool bulk, int in,
                        struct error *err)
{
    cleanup_free uint8_t *bytes = mem_zalloc(1, FILTER_INPUT);

    for (;;) {
        if (!bulk && flush_when_quiet(encoder, in, err) < 0)
            return -1;
        ssize_t got = filter_read(in, bytes, FILTER_INPUT, err);
        if (got <= 0)
            return (int)got;
        if (encoder_write(encoder, bytes, (size_t)got, err) < 0)
            return -1;
    }
}

int filter_encode(const struct encode_options *options, bool bulk, int in,
                  int out, struct stream_stats *stats, struct error *err)
{
    struct stream_sink sink = filter_sink(&out);
    struct encoder *encoder = encoder_new(options, &sink, err);

    if (encoder == NULL)
        return -1;
    widen(in);
    widen(out);
    int rc = pump_encoder(encoder, bulk, in, err);
    if (rc == 0)
        rc = encoder_finish(encoder, stats, err);
    encoder_free(encoder);
    return rc;
}

/* The first bytes are in the buffer already. */
static int pump_decoder(const struct decode_options *options, int in, int out,
                        uint8_t *bytes, ssize_t got, struct stream_stats *stats,
                        struct error *err)
{
    struct stream_sink sink = filter_sink(&out);
    struct decoder *decoder = decoder_new(options, &sink, err);

    if (decoder == NULL)
        return -1;
    while (got > 0 && decoder_write(decoder, bytes, (size_t)got, err) == 0)
        got = options->until_end && decoder_is_complete(decoder)
                  ? 0
                  : filter_read(in, bytes, FILTER_INPUT, err);
    int rc = got == 0 ? decoder_finish(decoder, stats, err) : -1;
    decoder_free(decoder);
    return rc;
}

static int pump_plain(int in, int out, uint8_t *bytes, ssize_t got,
                      struct stream_stats *stats, struct error *err)
{
    while (got > 0) {
        struct iovec part = { .iov_base = bytes, .iov_len = (size_t)got };
        if (write_parts(&out, &part, 1, err) < 0)
            return -1;
        stats->bytes += (uint64_t)got;
        stats->carried += (uint64_t)got;
        got = filter_read(in, bytes, FILTER_INPUT, err);
    }
    return (int)got;
}

int filter_decode(const struct decode_options *options, bool any, int in,
                  int out, struct stream_stats *stats, struct error *err)
{
    cleanup_free uint8_t *bytes = mem_zalloc(1, FILTER_INPUT);

    widen(in);
    widen(out);
    ssize_t got = filter_read_head(in, bytes, FILTER_INPUT, err);
    if (got < 0)
        return -1;
    if (any && !stream_header_is(bytes, (size_t)got))
        return pump_plain(in, out, bytes, got, stats, err);
    return pump_decoder(options, in, out, bytes, got, stats, err);
}
