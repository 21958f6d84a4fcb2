/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libxl writes, cut at the boundary of every record or with a lie in every
 * record's length, put through the codec: what comes out is what went in, with
 * all that is wrong with it, and what is not all there is not taken for a whole
 * guest. The codec allocates nothing on the word of what it carries.
 */
#include <sys/resource.h>

#include "stream_unit.h"

#include "stream/bytes.h"
#include "stream/scan.h"

#define RECORDS_MAX 400
/* More than the codec keeps, far less than a lie may ask for. */
#define GROWTH_MAX_KIB (256 << 10)

static const struct guest_stream guest = {
    .pages = 120,
    .batch = 16,
    .rounds = 2,
    .zero = 30,
    .dirty = 60,
};

struct records {
    struct strbuf plain;
    size_t at[RECORDS_MAX]; /* where each record begins */
    size_t count;
    size_t place;
};

static int note_record(void *data, const uint8_t *bytes,
                       const struct scan_span *span, struct error *err)
{
    struct records *records = data;

    if (span->part == SCAN_RECORD) {
        assert_true(records->count < RECORDS_MAX);
        records->at[records->count++] = records->place;
    }
    records->place += span->length;
    return 0;
}

static int setup(void **state)
{
    struct records *records = MEM_NEW(struct records);
    const struct scan_taker taker = { note_record, records };
    struct scan *scan = scan_new();

    guest_stream_make(&guest, &records->plain);
    scan_feed(scan, (const uint8_t *)records->plain.text, records->plain.length,
              &taker, NULL);
    scan_finish(scan, &taker, NULL);
    scan_free(scan);
    assert_int_equal(records->place, records->plain.length);
    assert_true(records->count > 20);
    *state = records;
    return 0;
}

static int teardown(void **state)
{
    struct records *records = *state;

    strbuf_dispose(&records->plain);
    free(records);
    return 0;
}

/* There and back again; whether it was taken for a whole guest. */
static bool carry(const char *bytes, size_t length)
{
    const struct encode_options options = {
        .compress = { .codec = FRAME_CODEC_LZ4 },
        .history = HISTORY_ENOUGH,
    };
    struct strbuf wanted = { .text = (char *)bytes, .length = length };
    cleanup_strbuf struct strbuf carried = { 0 }, back = { 0 };
    struct stream_stats stats = { 0 };
    struct error err = ERROR_INIT;

    encode_bytes(&options, bytes, length, 5000, &carried, &stats);
    decode_bytes(0, carried.text, carried.length, 5000, &back, &err);
    expect_no_error(&err);
    expect_same_bytes(&back, &wanted);
    return stats.complete;
}

static void a_whole_guest_is_taken_for_one(void **state)
{
    const struct records *records = *state;

    assert_true(carry(records->plain.text, records->plain.length));
}

static void a_guest_cut_at_any_record_is_not_whole(void **state)
{
    const struct records *records = *state;

    for (size_t i = 0; i < records->count; i++)
        /* before the record, and after its header */
        for (size_t more = 0; more <= 8; more += 8)
            if (carry(records->plain.text, records->at[i] + more) &&
                records->at[i] + more < records->plain.length)
                fail_msg("a cut at record %zu went unnoticed", i);
}

static void a_lie_about_any_length_is_carried_as_it_is(void **state)
{
    static const uint32_t lies[] = { 0,          1,          7,
                                     8,          4096,       0x7fffffff,
                                     0x80000000, 0xfffffff8, 0xffffffff };
    struct records *records = *state;
    struct rusage before, after;

    getrusage(RUSAGE_SELF, &before);
    for (size_t i = 0; i < records->count; i++) {
        char *field = records->plain.text + records->at[i] + 4;
        uint32_t truth = bytes_get_le32(field);

        for (size_t j = 0; j < sizeof(lies) / sizeof(lies[0]); j++) {
            bytes_put_le32(field, lies[j]);
            bool whole = carry(records->plain.text, records->plain.length);
            /* A body may by chance read as records; it cannot go on after the
             * end. */
            if (whole && lies[j] > records->plain.length)
                fail_msg("record %zu with length %u for %u went unnoticed", i,
                         lies[j], truth);
        }
        bytes_put_le32(field, truth);
    }
    getrusage(RUSAGE_SELF, &after);
    assert_true(after.ru_maxrss - before.ru_maxrss < GROWTH_MAX_KIB);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_whole_guest_is_taken_for_one, setup,
                                    teardown),
    cmocka_unit_test_setup_teardown(a_guest_cut_at_any_record_is_not_whole,
                                    setup, teardown),
    cmocka_unit_test_setup_teardown(a_lie_about_any_length_is_carried_as_it_is,
                                    setup, teardown),
};

UNIT_MAIN(tests)
