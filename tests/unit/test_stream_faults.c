/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A stream that was cut, damaged, or made to deceive: nothing wrong ever comes
 * out, nothing is allocated on the word of a lie, and the error says where.
 */
#include <sys/mman.h>

#include "stream_unit.h"

#include "stream/bytes.h"
#include "stream/frame.h"
#include "stream/hash.h"
#include "stream/xl.h"

/* Frames of every kind of entry, most of them compressed. */
static const struct guest_stream guest = {
    .pages = 120,
    .batch = 16,
    .rounds = 2,
    .zero = 30,
    .random = 10,
    .dirty = 60,
    .constant = 40,
};

struct streams {
    struct strbuf plain;
    struct strbuf carried;
    size_t frames[200]; /* where each begins, and the end */
    size_t count;
};

static void make_frames(struct streams *streams, enum frame_codec codec)
{
    struct encode_options options = {
        .compress = { .codec = codec, .level = 1 },
        .history = HISTORY_ENOUGH,
    };
    struct stream_sink sink = { take_into_strbuf, &streams->carried };
    struct stream_stats stats;
    struct error err = ERROR_INIT;
    struct encoder *encoder = encoder_new(&options, &sink, &err);

    guest_stream_make(&guest, &streams->plain);
    for (size_t at = 0; at < streams->plain.length; at += 20000) {
        size_t left = streams->plain.length - at;
        encoder_write(encoder, streams->plain.text + at,
                      left < 20000 ? left : 20000, &err);
        encoder_flush(encoder, true, &err);
    }
    encoder_finish(encoder, &stats, &err);
    expect_no_error(&err);
    encoder_free(encoder);
}

static void find_frames(struct streams *streams)
{
    size_t at = STREAM_HEADER_LENGTH;

    while (at < streams->carried.length) {
        streams->frames[streams->count++] = at;
        at += FRAME_HEADER_LENGTH +
              bytes_get_le32(streams->carried.text + at + 8);
    }
    streams->frames[streams->count] = at;
    assert_true(streams->count > 20 && streams->count < 199);
}

static int setup_with(void **state, enum frame_codec codec)
{
    struct streams *streams = MEM_NEW(struct streams);

    make_frames(streams, codec);
    find_frames(streams);
    *state = streams;
    return 0;
}

static int setup(void **state)
{
    return setup_with(state, FRAME_CODEC_ZSTD);
}

static int setup_stored(void **state)
{
    return setup_with(state, FRAME_CODEC_NONE);
}

static int teardown(void **state)
{
    struct streams *streams = *state;

    strbuf_dispose(&streams->plain);
    strbuf_dispose(&streams->carried);
    free(streams);
    return 0;
}

/* It must fail, and what came out before must be right. */
static void expect_refused(const struct streams *streams, const char *bytes,
                           size_t length, const char *what, size_t at)
{
    cleanup_strbuf struct strbuf back = { 0 };
    cleanup_error struct error err = ERROR_INIT;

    if (decode_bytes(0, bytes, length, 1 << 20, &back, &err) == 0)
        fail_msg("%s at byte %zu went unnoticed", what, at);
    assert_true(back.length <= streams->plain.length);
    if (back.length > 0)
        assert_memory_equal(back.text, streams->plain.text, back.length);
    if (strstr(err.message, "byte ") == NULL && at >= STREAM_HEADER_LENGTH)
        fail_msg("%s at byte %zu: no place in: %s", what, at, err.message);
}

static void a_stream_cut_anywhere_is_refused(void **state)
{
    struct streams *streams = *state;
    uint64_t random = 1;

    for (size_t i = 0; i < streams->count; i++)
        expect_refused(streams, streams->carried.text, streams->frames[i],
                       "a cut", streams->frames[i]);
    for (unsigned int i = 0; i < 1000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        size_t at = (size_t)(random >> 33) % streams->carried.length;
        expect_refused(streams, streams->carried.text, at, "a cut", at);
    }
}

static void every_flipped_bit_is_noticed(void **state)
{
    struct streams *streams = *state;
    char *bytes = streams->carried.text;
    size_t bits = streams->carried.length * 8;

    for (unsigned int i = 0; i < 10000; i++) {
        /* All of the first headers, then spread over the rest. */
        size_t bit = i < 1000 ? i : (size_t)i * 7919 % bits;
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        expect_refused(streams, bytes, streams->carried.length, "a flipped bit",
                       bit / 8);
        bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
}

static void a_missing_frame_is_noticed(void **state)
{
    struct streams *streams = *state;

    for (size_t i = 0; i + 1 < streams->count; i++) {
        cleanup_strbuf struct strbuf bytes = { 0 };
        size_t end = streams->frames[i + 1];
        strbuf_add(&bytes, streams->carried.text, streams->frames[i]);
        strbuf_add(&bytes, streams->carried.text + end,
                   streams->carried.length - end);
        expect_refused(streams, bytes.text, bytes.length, "a missing frame",
                       streams->frames[i]);
    }
}

static void a_frame_that_comes_twice_is_noticed(void **state)
{
    struct streams *streams = *state;
    cleanup_strbuf struct strbuf bytes = { 0 };
    size_t end = streams->frames[4];

    strbuf_add(&bytes, streams->carried.text, end);
    strbuf_add(&bytes, streams->carried.text + streams->frames[3],
               streams->carried.length - streams->frames[3]);
    expect_refused(streams, bytes.text, bytes.length, "a double frame", end);
}

static void bytes_after_the_end_are_refused(void **state)
{
    struct streams *streams = *state;

    strbuf_putc(&streams->carried, 'x');
    expect_refused(streams, streams->carried.text, streams->carried.length,
                   "a byte more", streams->carried.length - 1);
}

/* Makes a changed header's hash right again, so that only the lie is wrong. */
static void rehash(char *header)
{
    bytes_put_le64(header + 40, hash_block(header, 40));
}

static const uint32_t lies[] = {
    0,        1,         2,          3,          4095,       4096,
    1u << 20, 64u << 20, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff
};
#define LIES (sizeof(lies) / sizeof(lies[0]))

/* Puts each lie, and near misses of the truth, in a field of 32 bits. */
static void lie_about(struct streams *streams, size_t field, char *header,
                      void (*repair)(struct streams *streams, char *header))
{
    char *at = streams->carried.text + field;
    uint32_t truth = bytes_get_le32(at);

    for (size_t i = 0; i < LIES + 4; i++) {
        static const int near[] = { -8, -1, 1, 8 };
        uint32_t lie = i < LIES ? lies[i] : truth + (uint32_t)near[i - LIES];
        if (lie == truth)
            continue;
        bytes_put_le32(at, lie);
        repair(streams, header);
        expect_refused(streams, streams->carried.text, streams->carried.length,
                       "a lie", field);
    }
    bytes_put_le32(at, truth);
    repair(streams, header);
}

static void repair_header(struct streams *streams, char *header)
{
    rehash(header);
}

static void lies_about_a_frames_length_are_refused(void **state)
{
    struct streams *streams = *state;

    for (size_t i = 0; i < streams->count; i++) {
        size_t frame = streams->frames[i];
        for (size_t field = 0; field < 16; field += 4)
            lie_about(streams, frame + field, streams->carried.text + frame,
                      repair_header);
    }
}

/* The payload's hash, too. */
static void repair_payload(struct streams *streams, char *header)
{
    bytes_put_le64(header + 32, hash_block(header + FRAME_HEADER_LENGTH,
                                           bytes_get_le32(header + 8)));
    rehash(header);
}

static void lies_in_a_frames_table_are_refused(void **state)
{
    struct streams *streams = *state;

    for (size_t i = 0; i + 1 < streams->count; i++) {
        size_t payload = streams->frames[i] + FRAME_HEADER_LENGTH;
        char *header = streams->carried.text + streams->frames[i];
        uint32_t entries = bytes_get_le32(streams->carried.text + payload);
        lie_about(streams, payload, header, repair_payload);
        for (uint32_t entry = 0; entry < entries; entry++)
            for (size_t field = 0; field < 8; field += 4)
                lie_about(streams,
                          payload + 4 + entry * FRAME_ENTRY_LENGTH + field,
                          header, repair_payload);
    }
}

/* -- what changed in a page ------------------------------------------------ */

static const uint16_t short_lies[] = { 0,    1,      2,      511,    512,
                                       513,  3072,   3073,   4095,   4096,
                                       0x7f, 0x7fff, 0x8000, 0xfff8, 0xffff };
#define SHORT_LIES (sizeof(short_lies) / sizeof(short_lies[0]))

/* Of so many deltas each run up to that one. */
#define DELTAS_TRIED 24
#define RUNS_TRIED 4

static void lie_shortly_about(struct streams *streams, size_t field,
                              char *header)
{
    char *at = streams->carried.text + field;
    uint16_t truth = bytes_get_le16(at);

    for (size_t i = 0; i < SHORT_LIES + 2; i++) {
        uint16_t lie = i < SHORT_LIES ? short_lies[i]
                                      : (uint16_t)(truth + (i % 2 ? 1 : -1));
        if (lie == truth)
            continue;
        bytes_put_le16(at, lie);
        repair_payload(streams, header);
        expect_refused(streams, streams->carried.text, streams->carried.length,
                       "a lie in a delta", field);
    }
    bytes_put_le16(at, truth);
    repair_payload(streams, header);
}

/* The delta's own length, and of its runs how far they skip and reach. */
static void lie_in_delta(struct streams *streams, size_t delta, char *header)
{
    size_t length = bytes_get_le16(streams->carried.text + delta);
    size_t run = delta + 2;

    lie_shortly_about(streams, delta, header);
    for (int i = 0; i < RUNS_TRIED && run < delta + 2 + length; i++) {
        size_t words = bytes_get_le16(streams->carried.text + run + 2);
        lie_shortly_about(streams, run, header);
        lie_shortly_about(streams, run + 2, header);
        run += 4 + words * 8;
    }
}

/* Yields how many deltas a frame has that is stored as it is. */
static unsigned int lie_in_deltas(struct streams *streams, size_t place)
{
    char *header = streams->carried.text + place;
    const char *table = header + FRAME_HEADER_LENGTH + 4;
    uint32_t entries = bytes_get_le32(table - 4);
    size_t data =
        place + FRAME_HEADER_LENGTH + 4 + (size_t)entries * FRAME_ENTRY_LENGTH;
    unsigned int deltas = 0;

    for (uint32_t i = 0; i < entries; i++) {
        struct frame_entry entry = frame_entry_get(
            (const uint8_t *)table + (size_t)i * FRAME_ENTRY_LENGTH);
        if (entry.op == OP_BYTES)
            data += entry.count;
        if (entry.op == OP_PAGE)
            data += (size_t)entry.count * STREAM_PAGE;
        for (uint32_t page = 0; entry.op == OP_DELTA && page < entry.count;
             page++) {
            if (deltas++ < DELTAS_TRIED)
                lie_in_delta(streams, data, header);
            data += 2 + bytes_get_le16(streams->carried.text + data);
        }
    }
    return deltas;
}

static void lies_in_what_changed_are_refused(void **state)
{
    struct streams *streams = *state;
    unsigned int deltas = 0;

    for (size_t i = 0; i + 1 < streams->count && deltas < DELTAS_TRIED; i++)
        deltas += lie_in_deltas(streams, streams->frames[i]);
    assert_true(deltas >= DELTAS_TRIED);
}

/* -- the stream's and xl's header ------------------------------------------ */

/* A larger limit than the writer needs is no lie that could be noticed. */
static void limits_that_are_lies_give_nothing_wrong(void **state)
{
    struct streams *streams = *state;
    char *header = streams->carried.text;

    for (size_t field = 24; field < 40; field += 4) {
        uint32_t truth = bytes_get_le32(header + field);

        for (size_t i = 0; i < LIES; i++) {
            cleanup_strbuf struct strbuf back = { 0 };
            cleanup_error struct error err = ERROR_INIT;

            bytes_put_le32(header + field, lies[i]);
            rehash(header);
            if (decode_bytes(0, header, streams->carried.length, 1 << 20, &back,
                             &err) == 0)
                expect_same_bytes(&back, &streams->plain);
            else
                assert_true(err.kind == ERR_CONFIG || err.kind == ERR_SPACE);
            if (field >= 32 && lies[i] > STREAM_PLAIN_LIMIT)
                assert_int_equal(err.kind, ERR_CONFIG);
        }
        bytes_put_le32(header + field, truth);
        rehash(header);
    }
}

/* What the header of a saved guest says, with a lie in it. */
static int read_xl_header(const struct strbuf *bytes, char **config,
                          struct error *err)
{
    cleanup_close int fd = memfd_create("header", MFD_CLOEXEC);

    assert_int_equal(io_write_all(fd, bytes->text, bytes->length), 0);
    lseek(fd, 0, SEEK_SET);
    *config = NULL;
    return xl_header_read(fd, config, err);
}

/* 44: of all that follows the header; 48: of the configuration within. */
static void lies_in_xls_header_are_refused(void **state)
{
    static const size_t fields[] = { 44, 48 };
    cleanup_strbuf struct strbuf bytes = { 0 };

    xl_header_make(GUEST_STREAM_CONFIG, &bytes);
    for (size_t i = 0; i < 2 * (LIES + 4); i++) {
        static const int near[] = { -8, -1, 1, 8 };
        char *at = bytes.text + fields[i / (LIES + 4)];
        uint32_t truth = bytes_get_le32(at);
        size_t which = i % (LIES + 4);
        uint32_t lie =
            which < LIES ? lies[which] : truth + (uint32_t)near[which - LIES];
        cleanup_error struct error err = ERROR_INIT;
        cleanup_free char *config = NULL;

        bytes_put_le32(at, lie);
        if (read_xl_header(&bytes, &config, &err) < 0) {
            assert_int_equal(err.kind, ERR_CONFIG);
        } else { /* only a shorter one is possible */
            assert_true(i >= LIES + 4 && lie < truth);
            assert_memory_equal(config, GUEST_STREAM_CONFIG, strlen(config));
        }
        bytes_put_le32(at, truth);
    }
}

static void a_header_that_asks_for_too_much_is_refused(void **state)
{
    struct streams *streams = *state;
    char *header = streams->carried.text;
    struct error err = ERROR_INIT;
    struct strbuf none = { 0 };

    bytes_put_le64(header + 24, HISTORY_ENOUGH + 1);
    rehash(header);
    assert_int_equal(decode_bytes(0, header, 1000, 1000, &none, &err), -1);
    expect_error(&err, ERR_SPACE,
                 "the stream wants 64 MiB of memory for earlier pages, and 64 "
                 "are allowed");
    bytes_put_le64(header + 24, 0);
    bytes_put_le32(header + 32, UINT32_MAX);
    rehash(header);
    assert_int_equal(decode_bytes(0, header, 1000, 1000, &none, &err), -1);
    expect_error(&err, ERR_CONFIG,
                 "the stream's header asks for frames of 4294967295 and "
                 "16777216 bytes, more than the format allows");
}

static void a_newer_minor_version_is_read(void **state)
{
    struct streams *streams = *state;
    char *header = streams->carried.text;
    cleanup_strbuf struct strbuf back = { 0 };
    struct error err = ERROR_INIT;

    bytes_put_le16(header + 18, STREAM_MINOR + 1);
    rehash(header);
    decode_bytes(0, header, streams->carried.length, 1 << 20, &back, &err);
    expect_no_error(&err);
    expect_same_bytes(&back, &streams->plain);
    bytes_put_le16(header + 16, STREAM_MAJOR + 1);
    rehash(header);
    assert_int_equal(
        decode_bytes(0, header, streams->carried.length, 1 << 20, &back, &err),
        -1);
    assert_string_equal(err.hint, "a newer Xenith reads it");
    expect_error(&err, ERR_CONFIG,
                 "the stream has version 2.2, and this program reads 1");
}

static void a_frame_that_is_optional_is_skipped(void **state)
{
    struct streams *streams = *state;
    cleanup_strbuf struct strbuf bytes = { 0 }, back = { 0 };
    struct frame_header frame = { .type = (uint32_t)FRAME_OPTIONAL + 7,
                                  .length = 5,
                                  .plain = 5 };
    uint8_t header[FRAME_HEADER_LENGTH];
    struct error err = ERROR_INIT;
    size_t place = streams->frames[2];

    frame_header_put(&frame, header);
    strbuf_add(&bytes, streams->carried.text, place);
    strbuf_add(&bytes, (char *)header, sizeof(header));
    strbuf_puts(&bytes, "later");
    strbuf_add(&bytes, streams->carried.text + place,
               streams->carried.length - place);
    decode_bytes(0, bytes.text, bytes.length, 77, &back, &err);
    expect_no_error(&err);
    expect_same_bytes(&back, &streams->plain);
}

static int refuse(void *data, const struct iovec *parts, size_t count,
                  struct error *err)
{
    unsigned int *left = data;

    if ((*left)-- == 0)
        return error_set(err, ERR_SPACE, "the disk is full");
    return 0;
}

static void a_sink_that_fails_ends_it_with_its_error(void **state)
{
    struct streams *streams = *state;

    for (unsigned int threads = 0; threads < 3; threads += 2) {
        struct encode_options options = { .threads = threads };
        struct error err = ERROR_INIT;
        struct stream_stats stats;
        unsigned int left = 3;
        struct stream_sink sink = { refuse, &left };
        struct encoder *encoder = encoder_new(&options, &sink, &err);
        int rc = 0;
        for (unsigned int i = 0; rc == 0 && i < 1000; i++) {
            rc = encoder_write(encoder, streams->plain.text,
                               streams->plain.length, &err);
            if (rc == 0)
                rc = encoder_flush(encoder, true, &err);
        }
        assert_int_equal(rc, -1);
        error_dispose(&err);
        assert_int_equal(encoder_finish(encoder, &stats, &err), -1);
        expect_error(&err, ERR_SPACE, "the disk is full");
        encoder_free(encoder);
    }
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define WITH_STORED(test) \
    cmocka_unit_test_setup_teardown(test, setup_stored, teardown)

static const struct CMUnitTest tests[] = {
    WITH(a_stream_cut_anywhere_is_refused),
    WITH(every_flipped_bit_is_noticed),
    WITH(a_missing_frame_is_noticed),
    WITH(a_frame_that_comes_twice_is_noticed),
    WITH(bytes_after_the_end_are_refused),
    WITH(lies_about_a_frames_length_are_refused),
    WITH_STORED(lies_in_a_frames_table_are_refused),
    WITH_STORED(lies_in_what_changed_are_refused),
    WITH(limits_that_are_lies_give_nothing_wrong),
    cmocka_unit_test(lies_in_xls_header_are_refused),
    WITH(a_header_that_asks_for_too_much_is_refused),
    WITH(a_newer_minor_version_is_read),
    WITH(a_frame_that_is_optional_is_skipped),
    WITH(a_sink_that_fails_ends_it_with_its_error),
};

UNIT_MAIN(tests)
