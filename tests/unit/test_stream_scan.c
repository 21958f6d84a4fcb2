/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest's bytes are found to be, and what is said of those that lie. */
#include "stream_unit.h"

#include "stream/bytes.h"
#include "stream/scan.h"

static const struct guest_stream guest = {
    .pages = 100, .batch = 30, .rounds = 1, .dirty = 50
};

/* Where things are in the stream of the made-up guest. */
enum place {
    XL_FLAGS = 36,
    XL_REST = 44,
    XL_CONFIG = 48,
    LIBXL = 52 + sizeof(GUEST_STREAM_CONFIG),
    LIBXC = LIBXL + 16 + 8,
    DOMAIN = LIBXC + 24,
    RECORDS = DOMAIN + 16,
    PAGES = RECORDS + (8 + 24) + (8 + 16) + 8,
    AFTER_PAGES = PAGES + 8 + 8 + 30 * (8 + 4096), /* of one record */
};

struct found {
    struct scan *scan;
    size_t by_part[SCAN_PAGE + 1]; /* bytes */
    uint64_t last_pfn;
    size_t used;
};

/* Feeds it as if it came in pieces; all but what is waited for is used. */
static struct found scan_all(const struct strbuf *bytes, size_t piece)
{
    struct found found = { .scan = scan_new() };
    size_t here = piece;

    while (found.used < bytes->length) {
        struct scan_span span;
        size_t there = bytes->length - found.used;
        size_t got = scan_next(found.scan, (uint8_t *)bytes->text + found.used,
                               there < here ? there : here, &span);
        if (got == 0 && here >= there)
            break;
        here = got == 0 ? here + piece : piece;
        assert_true(here < SCAN_AHEAD + piece);
        if (got == 0)
            continue;
        assert_int_equal(got, span.length);
        found.by_part[span.part] += got;
        if (span.part == SCAN_PAGE)
            found.last_pfn = span.pfn;
        found.used += got;
    }
    assert_int_equal(scan_offset(found.scan), found.used);
    return found;
}

static void a_whole_stream_is_told_apart(void **state)
{
    static const size_t pieces[] = { 1, 7, 4096, 1 << 20 };
    cleanup_strbuf struct strbuf bytes = { 0 };
    uint64_t offset;

    guest_stream_make(&guest, &bytes);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct found found = scan_all(&bytes, pieces[i]);
        const struct scan_facts *facts = scan_facts(found.scan);
        assert_null(scan_problem(found.scan, &offset));
        assert_int_equal(found.used, bytes.length);
        assert_true(facts->complete && facts->libxl && facts->libxc);
        assert_int_equal(facts->config_length, sizeof(GUEST_STREAM_CONFIG));
        assert_int_equal(found.by_part[SCAN_CONFIG], facts->config_length);
        assert_int_equal(facts->xl_mandatory_flags, 3);
        assert_int_equal(facts->domain_type, 2);
        assert_int_equal(facts->xen_major, 4);
        assert_int_equal(facts->xen_minor, 17);
        assert_int_equal(facts->emulator_data, 5013);
        assert_true(facts->pages > 130 && facts->pages < 170);
        assert_int_equal(found.by_part[SCAN_PAGE], facts->pages * 4096);
        assert_true(found.last_pfn > 90 && found.last_pfn < 100);
        assert_int_equal(found.by_part[SCAN_OPAQUE], 0);
        scan_free(found.scan);
    }
}

static void expect_problem(const struct strbuf *bytes, size_t piece,
                           const char *problem, uint64_t offset)
{
    struct found found = scan_all(bytes, piece);
    uint64_t at = 0;

    assert_non_null(scan_problem(found.scan, &at));
    assert_string_equal(scan_problem(found.scan, &at), problem);
    assert_int_equal(at, offset);
    assert_int_equal(found.used, bytes->length);
    assert_false(scan_facts(found.scan)->complete);
    scan_free(found.scan);
}

/* One field of 32 bits is changed; what is said of it, and from where on. */
static const struct {
    size_t field;
    uint32_t value;
    const char *problem;
    size_t offset;
} faults[] = {
    { 0, 0x46454546, "there is no header of libxl's", 0 },
    { 8, 0x46454546, "there is no header of libxl's", 0 },
    { 32, 0x04030201, "xl's header has another byte order", 0 },
    { XL_FLAGS, 7, "xl's header has unknown flags", 0 },
    { XL_REST, 0xfffffff0, NULL, 0 },
    { XL_CONFIG, 0xffffffff,
      "xl's header gives a wrong length of its configuration", XL_CONFIG },
    { LIBXL, 0, "there is no header of libxl's", LIBXL },
    { LIBXL + 8, 0x03000000, "libxl's stream is of a version that is not known",
      LIBXL },
    { LIBXL + 12, 0x01000000,
      "libxl's stream is big-endian or of Xen before 4.6", LIBXL },
    { LIBXC + 8, 0, "there is no header of libxc's", LIBXC },
    { LIBXC + 12, 0x04000000,
      "libxc's stream is of a version that is not known", LIBXC },
    { LIBXC + 16, 0x00000100, "libxc's stream is big-endian", LIBXC },
    { DOMAIN + 4, 13, "the guest's pages are not of 4 KiB", DOMAIN },
    { RECORDS + 4, 0xffffffff, NULL, 0 },
    { PAGES + 4, 8 + 30 * 4104 + 8, "a record of pages has the wrong length",
      PAGES + 16 + 30 * 8 },
    { PAGES + 4, 0xffffffff, "a record of pages has the wrong length",
      PAGES + 16 + 30 * 8 },
    { PAGES + 8, 0, "a record has a wrong number of pages", PAGES + 8 },
    { PAGES + 8, 0xffffffff, "a record has a wrong number of pages",
      PAGES + 8 },
    { PAGES + 8, 29, "a record of pages has the wrong length",
      PAGES + 16 + 29 * 8 },
};

static void what_is_wrong_is_said_with_its_place(void **state)
{
    cleanup_strbuf struct strbuf bytes = { 0 };

    guest_stream_make(&guest, &bytes);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        char *field = bytes.text + faults[i].field;
        uint32_t truth = bytes_get_le32(field);
        bytes_put_le32(field, faults[i].value);
        if (faults[i].problem != NULL) {
            expect_problem(&bytes, 1 << 20, faults[i].problem,
                           faults[i].offset);
            expect_problem(&bytes, 13, faults[i].problem, faults[i].offset);
        } else {
            struct found found = scan_all(&bytes, 1 << 20);
            assert_false(scan_facts(found.scan)->complete);
            scan_free(found.scan);
        }
        bytes_put_le32(field, truth);
    }
}

static void bytes_after_the_end_are_a_problem(void **state)
{
    cleanup_strbuf struct strbuf bytes = { 0 };
    uint64_t at;

    guest_stream_make(&guest, &bytes);
    size_t end = bytes.length;
    strbuf_putc(&bytes, 'x');
    struct found found = scan_all(&bytes, 1 << 20);
    assert_string_equal(scan_problem(found.scan, &at),
                        "there are bytes after the end");
    assert_int_equal(at, end);
    scan_free(found.scan);
}

/* As a Remus primary writes: libxc's part goes on after libxl's records. */
static void a_checkpoint_leads_to_libxl_and_back(void **state)
{
    static const char checkpoint[] = "\x0e\0\0\0\0\0\0\0" /* libxc */
                                     "\x04\0\0\0\0\0\0\0" /* libxl's end */
                                     "\0\0\0\0\0\0\0\0"   /* libxc's end */
                                     "\0\0\0\0\0\0\0";    /* libxl's end */
    cleanup_strbuf struct strbuf bytes = { 0 }, whole = { 0 };
    uint64_t at;

    guest_stream_make(&guest, &whole);
    strbuf_add(&bytes, whole.text, PAGES);
    strbuf_add(&bytes, checkpoint, sizeof(checkpoint));
    struct found found = scan_all(&bytes, 5);
    assert_null(scan_problem(found.scan, &at));
    assert_true(scan_facts(found.scan)->complete);
    scan_free(found.scan);
}

static void a_boundary_is_where_a_reader_can_act(void **state)
{
    static const size_t boundaries[] = { LIBXL, LIBXL + 16, LIBXC, RECORDS,
                                         PAGES };
    cleanup_strbuf struct strbuf bytes = { 0 };

    guest_stream_make(&guest, &bytes);
    for (size_t i = 0; i < sizeof(boundaries) / sizeof(boundaries[0]); i++) {
        struct strbuf some = { .text = bytes.text, .length = boundaries[i] };
        struct found found = scan_all(&some, 1 << 20);
        assert_true(scan_at_boundary(found.scan));
        scan_free(found.scan);
        some.length += 12;
        found = scan_all(&some, 1 << 20);
        assert_true(!scan_at_boundary(found.scan) || found.used < some.length);
        scan_free(found.scan);
    }
}

/* They are followed by more in any case: the reader need not have them yet. */
static void after_pages_there_is_no_boundary(void **state)
{
    cleanup_strbuf struct strbuf bytes = { 0 };

    guest_stream_make(&guest, &bytes);
    struct strbuf some = { .text = bytes.text, .length = AFTER_PAGES };
    struct found found = scan_all(&some, 1 << 20);
    assert_int_equal(found.used, AFTER_PAGES);
    assert_false(scan_at_boundary(found.scan));
    scan_free(found.scan);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_whole_stream_is_told_apart),
    cmocka_unit_test(what_is_wrong_is_said_with_its_place),
    cmocka_unit_test(bytes_after_the_end_are_a_problem),
    cmocka_unit_test(a_checkpoint_leads_to_libxl_and_back),
    cmocka_unit_test(a_boundary_is_where_a_reader_can_act),
    cmocka_unit_test(after_pages_there_is_no_boundary),
};

UNIT_MAIN(tests)
