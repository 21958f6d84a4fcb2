/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The caller's thread collects frames into jobs; a pool of threads checks and
 * decompresses them; its finisher unpacks, checks the running hash, and hands
 * out, in order. Errors say which frame it was and where it begins in the
 * input.
 */
#include "stream/decode.h"

#include <string.h>

#include "base/mem.h"
#include "stream/codec.h"
#include "stream/frame.h"
#include "stream/hash.h"
#include "stream/pool.h"
#include "stream/unpack.h"

#define SPARE_SLOTS 2

enum state {
    STATE_STREAM_HEADER,
    STATE_FRAME_HEADER,
    STATE_PAYLOAD,
    STATE_SKIP, /* the payload of a frame that need not be understood */
    STATE_END,
};

struct job {
    struct frame_header frame;
    uint64_t number;        /* of the frame, from 1 */
    uint64_t at;            /* where it begins in the input */
    uint8_t *stored;        /* plain_max bytes; owned */
    uint8_t *plain;         /* plain_max bytes; owned */
    const uint8_t *payload; /* in one of the two */
};

struct decoder {
    struct decode_options options;
    struct stream_sink sink;
    enum state state;
    struct stream_header header;
    uint8_t head[FRAME_HEADER_LENGTH]; /* either header, while it comes */
    size_t got;                        /* bytes of the header or payload */
    uint64_t input;                    /* bytes taken in all */
    uint64_t frame_at;
    uint64_t frames;
    uint32_t skip;
    struct pool *pool;
    struct job *jobs;
    size_t slots;
    struct job *job; /* being filled */
    struct codec **codecs;
    unsigned int codec_count;

    /* The finisher's */
    struct history *history;
    struct hash *hash;
    struct unpacked unpacked;
    struct stream_stats stats;
    bool ended;
};

_Static_assert(STREAM_HEADER_LENGTH <= FRAME_HEADER_LENGTH,
               "head holds either header");

static int blame_frame(struct error *err, uint64_t number, uint64_t at)
{
    return error_context(err, "frame %llu, at byte %llu",
                         (unsigned long long)number, (unsigned long long)at);
}

/* -- in the pool ----------------------------------------------------------- */

static int decompress_job(void *data, size_t slot, unsigned int thread,
                          struct error *err)
{
    struct decoder *decoder = data;
    struct job *job = &decoder->jobs[slot];
    const struct frame_header *frame = &job->frame;

    if (hash_block(job->stored, frame->length) != frame->check) {
        error_set(err, ERR_CONFIG, "its data is damaged");
        return blame_frame(err, job->number, job->at);
    }
    job->payload = job->stored;
    if (frame->codec == FRAME_CODEC_NONE)
        return 0;
    job->payload = job->plain;
    if (codec_decompress(decoder->codecs[thread], frame->codec, job->stored,
                         frame->length, job->plain, frame->plain, err) < 0)
        return blame_frame(err, job->number, job->at);
    return 0;
}

/* Adds what was unpacked to the running hash; it must be the writer's. */
static int check_hash(struct decoder *decoder, const struct frame_header *frame,
                      struct error *err)
{
    VEC_EACH (&decoder->unpacked.parts, part)
        hash_add(decoder->hash, part->iov_base, part->iov_len);
    decoder->stats.bytes += decoder->unpacked.length;
    if (hash_value(decoder->hash) == frame->hash)
        return 0;
    return error_set(err, ERR_CONFIG,
                     "what comes out is not what the writer was given");
}

static int hand_out(struct decoder *decoder, struct job *job, struct error *err)
{
    struct unpacked *unpacked = &decoder->unpacked;

    if (job->frame.offset != decoder->stats.bytes)
        error_set(err, ERR_CONFIG, "a frame before it is missing");
    else if (job->frame.type == FRAME_END && job->frame.plain != 0)
        error_set(err, ERR_CONFIG, "the last frame has data");
    else if (job->frame.type == FRAME_DATA &&
             unpack(unpacked, job->payload, job->frame.plain, &decoder->header,
                    decoder->history, &decoder->stats, err) < 0)
        return -1;
    else
        return check_hash(decoder, &job->frame, err);
    return -1;
}

static int finish_job(void *data, size_t slot, struct error *err)
{
    struct decoder *decoder = data;
    struct job *job = &decoder->jobs[slot];
    struct unpacked *unpacked = &decoder->unpacked;

    unpacked->parts.count = 0;
    unpacked->length = 0;
    if (hand_out(decoder, job, err) < 0)
        return blame_frame(err, job->number, job->at);
    decoder->ended = job->frame.type == FRAME_END;
    if (unpacked->parts.count == 0)
        return 0;
    return decoder->sink.write(decoder->sink.data, unpacked->parts.items,
                               unpacked->parts.count, err);
}

/* -- the input ------------------------------------------------------------- */

static int open_stream(struct decoder *decoder, struct error *err)
{
    struct pool_calls calls = { .work = decompress_job,
                                .finish = finish_job,
                                .data = decoder };
    const struct stream_header *header = &decoder->header;

    if (stream_header_get(decoder->head, &decoder->header, err) < 0)
        return -1;
    if (header->history > decoder->options.history_max) {
        error_set(err, ERR_SPACE,
                  "the stream wants %llu MiB of memory for earlier pages, and "
                  "%llu are allowed",
                  (unsigned long long)(header->history >> 20),
                  (unsigned long long)(decoder->options.history_max >> 20));
        return -1;
    }
    decoder->history = history_new(header->history, err);
    if (decoder->history == NULL)
        return -1;
    decoder->jobs = mem_zalloc(decoder->slots, sizeof(*decoder->jobs));
    for (size_t i = 0; i < decoder->slots; i++) {
        decoder->jobs[i].stored = mem_realloc(NULL, 1, header->plain_max + 1);
        decoder->jobs[i].plain = mem_realloc(NULL, 1, header->plain_max + 1);
    }
    decoder->pool =
        pool_new(decoder->options.threads, decoder->slots, &calls, err);
    return decoder->pool != NULL ? 0 : -1;
}

static int submit_frame(struct decoder *decoder, struct error *err)
{
    decoder->state =
        decoder->job->frame.type == FRAME_END ? STATE_END : STATE_FRAME_HEADER;
    decoder->got = 0;
    decoder->job = NULL;
    return pool_submit(decoder->pool, err);
}

static int open_frame(struct decoder *decoder, struct error *err)
{
    struct frame_header frame;
    size_t slot;

    decoder->frames++;
    decoder->got = 0;
    if (frame_header_get(decoder->head, &decoder->header, &frame, err) < 0)
        return blame_frame(err, decoder->frames, decoder->frame_at);
    if (frame.type != FRAME_DATA && frame.type != FRAME_END) {
        decoder->skip = frame.length;
        decoder->state = STATE_SKIP;
        return 0;
    }
    if (pool_claim(decoder->pool, &slot, err) < 0)
        return -1;
    decoder->job = &decoder->jobs[slot];
    decoder->job->frame = frame;
    decoder->job->number = decoder->frames;
    decoder->job->at = decoder->frame_at;
    decoder->state = STATE_PAYLOAD;
    return frame.length == 0 ? submit_frame(decoder, err) : 0;
}

/* Copies up to what is missing of room bytes; yields how much that was. */
static size_t fill(struct decoder *decoder, uint8_t *to, size_t room,
                   const uint8_t *bytes, size_t length)
{
    size_t missing = room - decoder->got;
    size_t here = length < missing ? length : missing;

    memcpy(to + decoder->got, bytes, here);
    decoder->got += here;
    return here;
}

/* Takes some of the bytes, at least one; -1 after an error. */
static ssize_t take(struct decoder *decoder, const uint8_t *bytes,
                    size_t length, struct error *err)
{
    size_t here = 0;
    int rc = 0;

    switch (decoder->state) {
    case STATE_STREAM_HEADER:
        here =
            fill(decoder, decoder->head, STREAM_HEADER_LENGTH, bytes, length);
        if (decoder->got == STREAM_HEADER_LENGTH) {
            rc = open_stream(decoder, err);
            decoder->state = STATE_FRAME_HEADER;
            decoder->got = 0;
        }
        break;
    case STATE_FRAME_HEADER:
        if (decoder->got == 0)
            decoder->frame_at = decoder->input;
        here = fill(decoder, decoder->head, FRAME_HEADER_LENGTH, bytes, length);
        if (decoder->got == FRAME_HEADER_LENGTH)
            rc = open_frame(decoder, err);
        break;
    case STATE_PAYLOAD:
        here = fill(decoder, decoder->job->stored, decoder->job->frame.length,
                    bytes, length);
        if (decoder->got == decoder->job->frame.length)
            rc = submit_frame(decoder, err);
        break;
    case STATE_SKIP:
        here = length < decoder->skip ? length : decoder->skip;
        decoder->skip -= (uint32_t)here;
        break;
    case STATE_END:
        rc = error_set(err, ERR_CONFIG,
                       "byte %llu: there is more after the end of the stream",
                       (unsigned long long)decoder->input);
        break;
    }
    if (decoder->state == STATE_SKIP && decoder->skip == 0)
        decoder->state = STATE_FRAME_HEADER;
    decoder->input += here;
    return rc < 0 ? -1 : (ssize_t)here;
}

/* -- for callers ----------------------------------------------------------- */

struct decoder *decoder_new(const struct decode_options *options,
                            const struct stream_sink *sink, struct error *err)
{
    struct decoder *decoder = MEM_NEW(struct decoder);

    decoder->options = *options;
    decoder->sink = *sink;
    decoder->slots = options->threads > 0 ? options->threads + SPARE_SLOTS : 1;
    decoder->codec_count = options->threads > 0 ? options->threads : 1;
    decoder->codecs = mem_zalloc(decoder->codec_count, sizeof(struct codec *));
    for (unsigned int i = 0; i < decoder->codec_count; i++)
        decoder->codecs[i] = codec_new();
    decoder->hash = hash_new();
    return decoder;
}

void decoder_free(struct decoder *decoder)
{
    if (decoder == NULL)
        return;
    pool_free(decoder->pool);
    for (unsigned int i = 0; i < decoder->codec_count; i++)
        codec_free(decoder->codecs[i]);
    free(decoder->codecs);
    for (size_t i = 0; decoder->jobs != NULL && i < decoder->slots; i++) {
        free(decoder->jobs[i].stored);
        free(decoder->jobs[i].plain);
    }
    free(decoder->jobs);
    history_free(decoder->history);
    hash_free(decoder->hash);
    unpacked_dispose(&decoder->unpacked);
    free(decoder);
}

int decoder_write(struct decoder *decoder, const void *bytes, size_t length,
                  struct error *err)
{
    const uint8_t *next = bytes;

    while (length > 0) {
        if (decoder->state == STATE_END && decoder->options.ignore_rest)
            return 0;
        ssize_t here = take(decoder, next, length, err);
        if (here < 0)
            return -1;
        next += here;
        length -= (size_t)here;
    }
    return 0;
}

bool decoder_is_complete(const struct decoder *decoder)
{
    return decoder->state == STATE_END;
}

/* Waits for the frames in work: an error in one of them comes first. */
int decoder_finish(struct decoder *decoder, struct stream_stats *stats,
                   struct error *err)
{
    if (decoder->pool != NULL && pool_drain(decoder->pool, err) < 0)
        return -1;
    if (decoder->state != STATE_END || !decoder->ended) {
        uint64_t number = decoder->frames;
        if (decoder->state == STATE_FRAME_HEADER)
            number++;
        return error_set(
            err, ERR_CONFIG, "byte %llu, frame %llu: the stream is cut short",
            (unsigned long long)decoder->input, (unsigned long long)number);
    }
    *stats = decoder->stats;
    stats->frames = decoder->frames;
    stats->carried = decoder->input;
    return 0;
}
