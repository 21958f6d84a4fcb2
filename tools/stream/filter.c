/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/filter.h"

#include <fcntl.h>
#include <poll.h>

#include "base/mem.h"
#include "stream/frame.h"

#define PIPE_ROOM (1 << 20)

/*
 * Milliseconds without input after which what is there of a record, or of many
 * with pages, goes out. A record comes in one piece unless its writer was held
 * up, and each with pages is followed by another.
 */
#define LATE_MS 20

/* Milliseconds without input after which a reader is shown that we live. */
#define ALIVE_MS 1000

/* Fewer and longer turns, where it is a pipe that may grow. */
static void widen(int fd)
{
    (void)fcntl(fd, F_SETPIPE_SZ, PIPE_ROOM);
}

ssize_t filter_read_head(const struct inlet *inlet, uint8_t *bytes, size_t room,
                         struct error *err)
{
    size_t got = 0;
    ssize_t here;

    do {
        here = inlet_read(inlet, bytes + got, room - got, err);
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

static _Atomic uint64_t *bytes_of(const struct filter_way *way)
{
    return way->figures != NULL ? &way->figures->bytes : NULL;
}

static _Atomic uint64_t *carried_of(const struct filter_way *way)
{
    return way->figures != NULL ? &way->figures->carried : NULL;
}

static void tell_end(const struct filter_way *way, int rc,
                     const struct stream_stats *stats)
{
    if (rc == 0 && way->ended != NULL)
        way->ended(stats);
}

/* -- the writing end ------------------------------------------------------- */

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

static int show_life(struct encoder *encoder, const struct filter_way *way,
                     struct error *err)
{
    while (way->stall_ms > 0 && !has_input(way->in, ALIVE_MS))
        if (encoder_show_life(encoder, err) < 0)
            return -1;
    return 0;
}

static int pump_encoder(struct encoder *encoder, bool bulk,
                        const struct filter_way *way, struct error *err)
{
    const struct inlet inlet = { .fd = way->in, .count = bytes_of(way) };
    cleanup_free uint8_t *bytes = mem_zalloc(1, FILTER_INPUT);

    for (;;) {
        if (!bulk && (flush_when_quiet(encoder, way->in, err) < 0 ||
                      show_life(encoder, way, err) < 0))
            return -1;
        ssize_t got = inlet_read(&inlet, bytes, FILTER_INPUT, err);
        if (got <= 0)
            return (int)got;
        if (encoder_write(encoder, bytes, (size_t)got, err) < 0)
            return -1;
    }
}

int filter_encode(const struct encode_options *options, bool bulk,
                  const struct filter_way *way, struct stream_stats *stats,
                  struct error *err)
{
    struct outlet outlet =
        outlet_new(way->out, way->stall_ms, way->rate, carried_of(way));
    struct stream_sink sink = outlet_sink(&outlet);
    struct encoder *encoder = encoder_new(options, &sink, err);

    if (encoder == NULL)
        return -1;
    widen(way->in);
    widen(way->out);
    int rc = pump_encoder(encoder, bulk, way, err);
    if (rc == 0)
        rc = encoder_finish(encoder, stats, err);
    tell_end(way, rc, stats);
    encoder_free(encoder);
    return rc;
}

/* -- the reading end ------------------------------------------------------- */

/* What was read, and the inlet that the rest comes from. */
struct input {
    struct inlet inlet;
    uint8_t *bytes;
    ssize_t got;
};

static int pump_decoder(const struct decode_options *options,
                        struct input *input, const struct filter_way *way,
                        struct stream_stats *stats, struct error *err)
{
    struct outlet outlet = outlet_new(way->out, 0, way->rate, bytes_of(way));
    struct stream_sink sink = outlet_sink(&outlet);
    struct decoder *decoder = decoder_new(options, &sink, err);
    ssize_t got = input->got;

    if (decoder == NULL)
        return -1;
    bool stops = options->until_end || options->ignore_rest;
    while (got > 0 &&
           decoder_write(decoder, input->bytes, (size_t)got, err) == 0)
        got = stops && decoder_is_complete(decoder)
                  ? 0
                  : inlet_read(&input->inlet, input->bytes, FILTER_INPUT, err);
    int rc = got == 0 ? decoder_finish(decoder, stats, err) : -1;
    tell_end(way, rc, stats);
    decoder_free(decoder);
    return rc;
}

static int pump_plain(struct input *input, const struct filter_way *way,
                      struct stream_stats *stats, struct error *err)
{
    int64_t stall_ms = input->inlet.stall_ms > 0 ? 0 : way->stall_ms;
    struct outlet outlet =
        outlet_new(way->out, stall_ms, way->rate, bytes_of(way));
    struct stream_sink sink = outlet_sink(&outlet);
    ssize_t got = input->got;

    while (got > 0) {
        struct iovec part = { .iov_base = input->bytes,
                              .iov_len = (size_t)got };
        if (sink.write(sink.data, &part, 1, err) < 0)
            return -1;
        stats->bytes += (uint64_t)got;
        stats->carried += (uint64_t)got;
        got = inlet_read(&input->inlet, input->bytes, FILTER_INPUT, err);
    }
    tell_end(way, (int)got, stats);
    return (int)got;
}

int filter_decode(const struct decode_options *options, bool any,
                  const struct filter_way *way, struct stream_stats *stats,
                  struct error *err)
{
    cleanup_free uint8_t *bytes = mem_zalloc(1, FILTER_INPUT);
    struct input input = {
        .inlet = { .fd = way->in,
                   .stall_ms = any && !options->until_end ? 0 : way->stall_ms,
                   .count = carried_of(way) },
        .bytes = bytes,
    };

    widen(way->in);
    widen(way->out);
    input.got = filter_read_head(&input.inlet, bytes, FILTER_INPUT, err);
    if (input.got < 0)
        return -1;
    if (any && !stream_header_is(bytes, (size_t)input.got))
        return pump_plain(&input, way, stats, err);
    return pump_decoder(options, &input, way, stats, err);
}
