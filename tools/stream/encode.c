/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The caller's thread tells pages apart and fills a job with what is to be
 * carried; a pool of threads compresses; its finisher writes, in order. A job's
 * buffer has the table right before the data, so that the payload lies in one
 * piece although the table's length is known last.
 */
#include "stream/encode.h"

#include <sched.h>
#include <string.h>

#include "base/mem.h"
#include "stream/bytes.h"
#include "stream/delta.h"
#include "stream/frame.h"
#include "stream/hash.h"
#include "stream/history.h"
#include "stream/pool.h"
#include "stream/scan.h"
#include "stream/tune.h"

#define DATA_MAX ((uint32_t)4 << 20) /* bytes of data in a frame */
#define SPAN_MAX ((uint32_t)16 << 20)
#define ENTRIES_MAX 4096
#define TABLE_MAX (4 + (size_t)ENTRIES_MAX * FRAME_ENTRY_LENGTH)
#define PLAIN_MAX ((uint32_t)(TABLE_MAX + DATA_MAX))
#define THREADS_MAX 4
/* Beside those in work: one being filled, one being written, one waiting. */
#define SPARE_SLOTS 3

struct job {
    uint8_t *buffer;        /* PLAIN_MAX bytes; owned */
    size_t begin;           /* of the payload in the buffer */
    uint8_t *packed;        /* codec_bound(PLAIN_MAX) bytes; owned */
    const uint8_t *payload; /* as it goes out: in one of the two */
    struct codec_choice choice;
    struct frame_header frame;
};

struct encoder {
    struct stream_sink sink;
    struct scan *scan;
    struct history *history;
    uint64_t history_bytes; /* 0: page numbers do not matter */
    struct hash *hash;
    struct tune tune;
    struct pool *pool;
    struct job *jobs;
    size_t slots;
    struct codec **codecs; /* one for each thread */
    unsigned int codec_count;
    struct stream_stats stats; /* carried and frames are the finisher's */
    bool header_written;       /* the finisher's */

    struct job *job; /* being filled; NULL while there is none */
    size_t data;     /* bytes of data in it */
    uint64_t begin;  /* of what it gives, in the stream */
    size_t entries;
    struct frame_entry table[ENTRIES_MAX];
};

unsigned int encode_default_threads(void)
{
    cpu_set_t cpus;

    if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
        return 1;
    int count = CPU_COUNT(&cpus);
    return count > THREADS_MAX ? THREADS_MAX : (unsigned int)count;
}

/* -- in the pool ----------------------------------------------------------- */

static int compress_job(void *data, size_t slot, unsigned int thread,
                        struct error *err)
{
    struct encoder *encoder = data;
    struct job *job = &encoder->jobs[slot];
    struct frame_header *frame = &job->frame;
    const uint8_t *payload = job->buffer + job->begin;

    size_t packed = codec_compress(encoder->codecs[thread], &job->choice,
                                   payload, frame->plain, job->packed);
    job->payload = packed > 0 ? job->packed : payload;
    frame->codec = packed > 0 ? job->choice.codec : FRAME_CODEC_NONE;
    frame->length = packed > 0 ? (uint32_t)packed : frame->plain;
    frame->check = hash_block(job->payload, frame->length);
    return 0;
}

static int write_header(struct encoder *encoder, struct error *err)
{
    struct stream_header header = {
        .major = STREAM_MAJOR,
        .minor = STREAM_MINOR,
        .history = encoder->history_bytes,
        .plain_max = PLAIN_MAX,
        .span_max = SPAN_MAX,
    };
    uint8_t bytes[STREAM_HEADER_LENGTH];
    struct iovec part = { .iov_base = bytes, .iov_len = sizeof(bytes) };

    stream_header_put(&header, bytes);
    encoder->header_written = true;
    encoder->stats.carried += sizeof(bytes);
    return encoder->sink.write(encoder->sink.data, &part, 1, err);
}

static int write_job(void *data, size_t slot, struct error *err)
{
    struct encoder *encoder = data;
    struct job *job = &encoder->jobs[slot];
    uint8_t header[FRAME_HEADER_LENGTH];
    struct iovec parts[] = {
        { .iov_base = header, .iov_len = sizeof(header) },
        { .iov_base = (void *)job->payload, .iov_len = job->frame.length },
    };

    if (!encoder->header_written && write_header(encoder, err) < 0)
        return -1;
    frame_header_put(&job->frame, header);
    encoder->stats.frames++;
    encoder->stats.carried += sizeof(header) + job->frame.length;
    return encoder->sink.write(encoder->sink.data, parts, 2, err);
}

/* -- frames ---------------------------------------------------------------- */

static int begin_job(struct encoder *encoder, struct error *err)
{
    size_t slot;

    if (encoder->job != NULL)
        return 0;
    if (pool_claim(encoder->pool, &slot, err) < 0)
        return -1;
    encoder->job = &encoder->jobs[slot];
    encoder->begin = encoder->stats.bytes;
    encoder->data = 0;
    encoder->entries = 0;
    return 0;
}

/* Puts the table right before the data. */
static void finish_payload(struct encoder *encoder, struct job *job)
{
    size_t table = 4 + encoder->entries * FRAME_ENTRY_LENGTH;

    job->begin = TABLE_MAX - table;
    uint8_t *at = job->buffer + job->begin;
    bytes_put_le32(at, (uint32_t)encoder->entries);
    at += 4;
    for (size_t i = 0; i < encoder->entries; i++)
        frame_entry_put(&encoder->table[i], at + i * FRAME_ENTRY_LENGTH);
    job->frame.plain = (uint32_t)(table + encoder->data);
}

static int submit_job(struct encoder *encoder, enum frame_type type,
                      struct error *err)
{
    struct job *job = encoder->job;

    job->frame = (struct frame_header){
        .type = type,
        .offset = encoder->begin,
        .hash = hash_value(encoder->hash),
    };
    if (type == FRAME_DATA)
        finish_payload(encoder, job);
    struct pool_load load = pool_load(encoder->pool);
    tune_step(&encoder->tune, &load);
    job->choice = encoder->tune.choice;
    encoder->job = NULL;
    return pool_submit(encoder->pool, err);
}

/* Sends what is in the job being filled on its way. */
static int cut(struct encoder *encoder, struct error *err)
{
    if (encoder->job == NULL)
        return 0;
    return submit_job(encoder, FRAME_DATA, err);
}

/* Makes sure that the job takes an entry of data and span bytes. */
static int make_room(struct encoder *encoder, size_t data, size_t span,
                     struct error *err)
{
    if (encoder->job != NULL &&
        (encoder->entries == ENTRIES_MAX || encoder->data + data > DATA_MAX ||
         encoder->stats.bytes - encoder->begin + span > SPAN_MAX) &&
        cut(encoder, err) < 0)
        return -1;
    return begin_job(encoder, err);
}

static bool continues(const struct encoder *encoder, enum frame_op op,
                      uint64_t key)
{
    if (encoder->entries == 0)
        return false;
    const struct frame_entry *last = &encoder->table[encoder->entries - 1];
    if (last->op != op)
        return false;
    return op == OP_BYTES || encoder->history_bytes == 0 ||
           key == last->key + last->count;
}

static void add_entry(struct encoder *encoder, enum frame_op op, uint32_t count,
                      uint64_t key)
{
    if (continues(encoder, op, key))
        encoder->table[encoder->entries - 1].count += count;
    else
        encoder->table[encoder->entries++] =
            (struct frame_entry){ .op = op, .count = count, .key = key };
}

static void add_data(struct encoder *encoder, const void *bytes, size_t length)
{
    memcpy(encoder->job->buffer + TABLE_MAX + encoder->data, bytes, length);
    encoder->data += length;
}

/* The stream goes on with these bytes, however they are carried. */
static void account(struct encoder *encoder, const void *bytes, size_t length)
{
    hash_add(encoder->hash, bytes, length);
    encoder->stats.bytes += length;
}

/* -- what the stream is made of -------------------------------------------- */

static int put_bytes(struct encoder *encoder, const uint8_t *bytes,
                     size_t length, struct error *err)
{
    while (length > 0) {
        if (make_room(encoder, 1, 1, err) < 0)
            return -1;
        size_t span = (size_t)(encoder->stats.bytes - encoder->begin);
        size_t room = DATA_MAX - encoder->data;
        if (room > SPAN_MAX - span)
            room = SPAN_MAX - span;
        size_t here = length < room ? length : room;
        add_entry(encoder, OP_BYTES, (uint32_t)here, 0);
        add_data(encoder, bytes, here);
        account(encoder, bytes, here);
        bytes += here;
        length -= here;
    }
    return 0;
}

static bool is_zero(const uint8_t *page)
{
    return bytes_get_le64(page) == 0 &&
           memcmp(page, page + 8, STREAM_PAGE - 8) == 0;
}

/* A page that both ends have in an earlier version. */
static void put_again(struct encoder *encoder, const uint8_t *page,
                      uint64_t pfn, uint8_t *base)
{
    uint8_t delta[DELTA_MAX], length[2];

    if (memcmp(base, page, STREAM_PAGE) == 0) {
        add_entry(encoder, OP_SAME, 1, pfn);
        history_touch(encoder->history, pfn);
        encoder->stats.same_pages++;
        return;
    }
    size_t made = delta_make(base, page, delta);
    if (made == 0) {
        add_entry(encoder, OP_PAGE, 1, pfn);
        add_data(encoder, page, STREAM_PAGE);
    } else {
        bytes_put_le16(length, (uint16_t)made);
        add_entry(encoder, OP_DELTA, 1, pfn);
        add_data(encoder, length, sizeof(length));
        add_data(encoder, delta, made);
        encoder->stats.delta_pages++;
    }
    history_keep(encoder->history, pfn, page);
}

static int put_page(struct encoder *encoder, const uint8_t *page, uint64_t pfn,
                    struct error *err)
{
    if (make_room(encoder, STREAM_PAGE, STREAM_PAGE, err) < 0)
        return -1;
    account(encoder, page, STREAM_PAGE);
    encoder->stats.pages++;
    if (is_zero(page)) {
        encoder->stats.zero_pages++;
        add_entry(encoder, OP_ZERO, 1, pfn);
        history_keep_zero(encoder->history, pfn);
        return 0;
    }
    uint8_t *base = history_find(encoder->history, pfn);
    if (base != NULL) {
        put_again(encoder, page, pfn, base);
        return 0;
    }
    enum frame_op op = encoder->history_bytes > 0 ? OP_PAGE : OP_BYTES;
    add_entry(encoder, op, op == OP_PAGE ? 1 : STREAM_PAGE, pfn);
    add_data(encoder, page, STREAM_PAGE);
    history_keep(encoder->history, pfn, page);
    return 0;
}

static int put_span(void *data, const uint8_t *bytes,
                    const struct scan_span *span, struct error *err)
{
    if (span->part == SCAN_PAGE)
        return put_page(data, bytes, span->pfn, err);
    return put_bytes(data, bytes, span->length, err);
}

/* -- for callers ----------------------------------------------------------- */

static int open_parts(struct encoder *encoder,
                      const struct encode_options *options, struct error *err)
{
    struct pool_calls calls = { .work = compress_job,
                                .finish = write_job,
                                .data = encoder };

    encoder->codecs =
        mem_zalloc(encoder->codec_count, sizeof(*encoder->codecs));
    for (unsigned int i = 0; i < encoder->codec_count; i++)
        encoder->codecs[i] = codec_new();
    encoder->jobs = mem_zalloc(encoder->slots, sizeof(*encoder->jobs));
    for (size_t i = 0; i < encoder->slots; i++) {
        encoder->jobs[i].buffer = mem_realloc(NULL, 1, PLAIN_MAX);
        encoder->jobs[i].packed = mem_realloc(NULL, 1, codec_bound(PLAIN_MAX));
    }
    encoder->history = history_new(encoder->history_bytes, err);
    if (encoder->history == NULL)
        return -1;
    encoder->pool = pool_new(options->threads, encoder->slots, &calls, err);
    return encoder->pool != NULL ? 0 : -1;
}

struct encoder *encoder_new(const struct encode_options *options,
                            const struct stream_sink *sink, struct error *err)
{
    struct encoder *encoder = MEM_NEW(struct encoder);

    encoder->sink = *sink;
    encoder->history_bytes = options->history;
    encoder->scan = scan_new();
    encoder->hash = hash_new();
    encoder->slots = options->threads > 0 ? options->threads + SPARE_SLOTS : 1;
    encoder->codec_count = options->threads > 0 ? options->threads : 1;
    tune_init(&encoder->tune, &options->compress);
    if (open_parts(encoder, options, err) == 0)
        return encoder;
    encoder_free(encoder);
    return NULL;
}

void encoder_free(struct encoder *encoder)
{
    if (encoder == NULL)
        return;
    pool_free(encoder->pool);
    for (unsigned int i = 0; i < encoder->codec_count; i++)
        codec_free(encoder->codecs[i]);
    free(encoder->codecs);
    for (size_t i = 0; i < encoder->slots; i++) {
        free(encoder->jobs[i].buffer);
        free(encoder->jobs[i].packed);
    }
    free(encoder->jobs);
    history_free(encoder->history);
    hash_free(encoder->hash);
    scan_free(encoder->scan);
    free(encoder);
}

int encoder_write(struct encoder *encoder, const void *bytes, size_t length,
                  struct error *err)
{
    const struct scan_taker taker = { .take = put_span, .data = encoder };

    return scan_feed(encoder->scan, bytes, length, &taker, err);
}

bool encoder_holds_bytes(const struct encoder *encoder)
{
    return encoder->job != NULL;
}

int encoder_flush(struct encoder *encoder, bool late, struct error *err)
{
    if (late || scan_at_boundary(encoder->scan))
        return cut(encoder, err);
    return 0;
}

int encoder_show_life(struct encoder *encoder, struct error *err)
{
    if (cut(encoder, err) < 0 || begin_job(encoder, err) < 0)
        return -1;
    return submit_job(encoder, FRAME_ALIVE, err);
}

int encoder_finish(struct encoder *encoder, struct stream_stats *stats,
                   struct error *err)
{
    const struct scan_taker taker = { .take = put_span, .data = encoder };
    uint64_t offset;

    if (scan_finish(encoder->scan, &taker, err) < 0 || cut(encoder, err) < 0 ||
        begin_job(encoder, err) < 0 ||
        submit_job(encoder, FRAME_END, err) < 0 ||
        pool_drain(encoder->pool, err) < 0)
        return -1;
    *stats = encoder->stats;
    stats->complete = scan_facts(encoder->scan)->complete &&
                      scan_problem(encoder->scan, &offset) == NULL;
    return 0;
}
