/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libxl, the save helper and xn tell each other, as bytes and text, and
 * what of it is refused; and which frames become an extent.
 */
#include "unit.h"

#include "savehelper/arguments.h"
#include "savehelper/extents.h"
#include "savehelper/precopy.h"
#include "savehelper/protocol.h"
#include "savehelper/report.h"

/* -- messages -------------------------------------------------------------- */

/* As the macros of libxl_save_msgs_gen.pl make it, on x86. */
static void a_log_line_is_as_libxl_reads_it(void **state)
{
    static const unsigned char expected[] = {
        21, 0, 1, 0,                     /* length, number */
        5,  0, 0, 0, 255, 255, 255, 255, /* level, errno -1 */
        2,  0, 0, 0, 'c', 0,             /* context */
        1,  0, 0, 0, 0,                  /* no text */
    };
    struct protocol_message message;

    protocol_begin(&message, PROTOCOL_LOG);
    protocol_add_u32(&message, 5);
    protocol_add_u32(&message, (uint32_t)-1);
    protocol_add_text(&message, "c");
    protocol_add_text(&message, "");
    assert_int_equal(protocol_end(&message), sizeof(expected));
    assert_memory_equal(message.bytes, expected, sizeof(expected));
}

static void texts_without_end_are_cut(void **state)
{
    cleanup_free char *text = mem_zalloc(300000, 1);
    struct protocol_message message;
    const unsigned char *arguments;
    uint16_t number;
    size_t length;

    memset(text, 'x', 299999);
    protocol_begin(&message, PROTOCOL_PROGRESS);
    protocol_add_text(&message, text);
    protocol_add_text(&message, text);
    protocol_add_u64(&message, 1);
    protocol_add_u64(&message, 2);
    size_t size = protocol_end(&message);
    assert_true(size <= PROTOCOL_HEADER + PROTOCOL_MAX);
    assert_int_equal(
        protocol_read(message.bytes, size, &number, &arguments, &length), size);
    assert_int_equal(number, PROTOCOL_PROGRESS);
    assert_int_equal(arguments[length - 8], 2);
}

static void messages_are_read_whole_or_not_at_all(void **state)
{
    static const unsigned char whole[] = { 6, 0, 7, 1, 'a', 'b', 'c', 'd', 9 };
    static const unsigned char empty[] = { 0, 0 }, tiny[] = { 1, 0, 7 };
    const unsigned char *arguments;
    uint16_t number;
    size_t length;

    for (size_t i = 0; i < 8; i++)
        assert_int_equal(protocol_read(whole, i, &number, &arguments, &length),
                         0);
    assert_int_equal(protocol_read(whole, 9, &number, &arguments, &length), 8);
    assert_int_equal(number, 0x107);
    assert_int_equal(length, 4);
    assert_memory_equal(arguments, "abcd", 4);
    assert_int_equal(protocol_read(empty, 2, &number, &arguments, &length), -1);
    assert_int_equal(protocol_read(tiny, 3, &number, &arguments, &length), -1);
}

/* -- arguments ------------------------------------------------------------- */

static int parse(struct arguments *arguments, struct error *err, char *line)
{
    char *argv[16] = { (char *)"helper" };
    int argc = 1;

    for (char *word; (word = strsep(&line, " ")) != NULL;)
        argv[argc++] = word;
    return arguments_parse(argc, argv, arguments, err);
}

static void libxls_arguments_are_read(void **state)
{
    char save[] = "--save-domain 9 -1 12 3 136 0";
    char restore[] = "--restore-domain 9 10 12 1 0 2 5 768 0";
    struct arguments arguments;
    struct error err = ERROR_INIT;

    assert_int_equal(parse(&arguments, &err, save), 0);
    assert_false(arguments.restore);
    assert_int_equal(arguments.stream, 9);
    assert_int_equal(arguments.back, -1);
    assert_int_equal(arguments.domid, 12);
    assert_int_equal(arguments.flags, 3);
    assert_int_equal(parse(&arguments, &err, restore), 0);
    assert_true(arguments.restore);
    assert_int_equal(arguments.back, 10);
    assert_int_equal(arguments.store_port, 1);
    assert_int_equal(arguments.store_domid, 0);
    assert_int_equal(arguments.console_port, 2);
    assert_int_equal(arguments.console_domid, 5);
    expect_no_error(&err);
}

static void other_arguments_are_for_the_stock_helper(void **state)
{
    static const struct {
        const char *line, *why;
    } cases[] = {
        { "", "'' is unknown" },
        { "--load-domain 9 -1 12 3 136 0", "'--load-domain' is unknown" },
        { "--save-domain 9 -1 12 3 136",
          "--save-domain has 5 arguments and not 6" },
        { "--save-domain 9 -1 12 3 136 0 0",
          "--save-domain has 7 arguments and not 6" },
        { "--save-domain -1 -1 12 3 136 0", "'-1' is no descriptor" },
        { "--save-domain 4294967296 -1 12 3 136 0",
          "'4294967296' is no descriptor" },
        { "--save-domain 9 -2 12 3 136 0", "'-2' is no descriptor" },
        { "--save-domain 9 -1 12x 3 136 0", "'12x' is no number" },
        { "--save-domain 9 -1 12 3 4294967296 0", "'4294967296' is no number" },
        { "--save-domain 9 -1 12 3 136 1", "the stream is of type 1" },
        { "--save-domain 9 -1 12 3 272 0",
          "libxl offers callbacks 0x110 and not 0x88" },
        { "--restore-domain 9 -1 12 1 0 2 0 1536 0",
          "libxl offers callbacks 0x600 and not 0x300" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_free char *line = mem_strdup(cases[i].line);
        struct arguments arguments;
        struct error err = ERROR_INIT;

        assert_int_equal(parse(&arguments, &err, line), -1);
        expect_error(&err, ERR_CONFIG, cases[i].why);
    }
}

/* -- what is asked for ----------------------------------------------------- */

static void wishes_survive_the_environment(void **state)
{
    static const struct precopy cases[] = {
        { 0 },
        { .max_downtime_ms = 50, .max_rounds = 7, .abort_if_busy = true },
        { .max_downtime_ms = PRECOPY_DOWNTIME_MAX_MS,
          .max_rounds = PRECOPY_ROUNDS_MAX },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_strbuf struct strbuf text = { 0 };
        struct precopy got;

        precopy_format(&cases[i], &text);
        assert_int_equal(precopy_parse(text.text, &got, NULL), 0);
        assert_int_equal(got.max_downtime_ms, cases[i].max_downtime_ms);
        assert_int_equal(got.max_rounds, cases[i].max_rounds);
        assert_int_equal(got.abort_if_busy, cases[i].abort_if_busy);
    }
}

static void other_wishes_are_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "downtime=1 rounds=2",
        "downtime=1 rounds=2 busy=maybe",
        "downtime=1 rounds=2 busy=stop ",
        "downtime=-1 rounds=2 busy=stop",
        "downtime=1 rounds=1001 busy=stop",
        "rounds=2 downtime=1 busy=stop",
    };
    struct precopy precopy = { .max_rounds = 1 };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(precopy_parse(cases[i], &precopy, NULL), -1);
        assert_int_equal(precopy.max_downtime_ms, 0);
    }
}

static void options_have_limits(void **state)
{
    struct error err = ERROR_INIT;
    struct precopy precopy = { 0 };

    assert_int_equal(precopy_parse_downtime("0", &precopy, &err), -1);
    expect_error(&err, ERR_USAGE,
                 "--max-downtime: '0' is no number from 1 to 3600000");
    assert_int_equal(precopy_parse_rounds("1001", &precopy, &err), -1);
    expect_error(&err, ERR_USAGE,
                 "--max-rounds: '1001' is no number from 1 to 1000");
    assert_int_equal(precopy_parse_downtime("20", &precopy, &err), 0);
    assert_int_equal(precopy_parse_rounds("3", &precopy, &err), 0);
    assert_int_equal(precopy.max_downtime_ms, 20);
    assert_int_equal(precopy.max_rounds, 3);
}

/* -- what the helper tells ------------------------------------------------- */

static void lines_are_read_as_they_are_written(void **state)
{
    static const struct report cases[] = {
        { .kind = REPORT_ROUND,
          .round = 3,
          .sent = 70000,
          .dirty = 5,
          .ms = 9 },
        { .kind = REPORT_ROUND, .round = 1, .sent = 1, .dirty = -1 },
        { .kind = REPORT_STOP, .round = 4, .ms = 12, .dirty = -1 },
        { .kind = REPORT_BUSY, .round = 9, .ms = 99999, .dirty = -1 },
        { .kind = REPORT_STOCK, .why = "message 1 is odd", .dirty = -1 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_strbuf struct strbuf text = { 0 };
        struct report got;

        report_format(&cases[i], &text);
        assert_int_equal(text.text[--text.length], '\n');
        text.text[text.length] = '\0';
        assert_true(report_parse(text.text, &got));
        assert_memory_equal(&got, &cases[i], sizeof(got));
    }
}

static void other_lines_are_skipped(void **state)
{
    static const char *const cases[] = {
        "",
        "round",
        "round 1",
        "round 1 2 3",
        "round x 2 3 4",
        "round 1 2 3 4 5",
        "round 1 2 -3 4",
        "stop 1",
        "stop 1 2 ",
        "weather fine",
        "round 1 2 3 99999999999999999999",
    };
    struct report report;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_false(report_parse(cases[i], &report));
}

/* -- extents --------------------------------------------------------------- */

#define BATCH 1024

static size_t fill(uint64_t *gfns, uint64_t first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        gfns[i] = first + i;
    return count;
}

static void expect_run(const uint64_t *gfns, size_t count, size_t from,
                       size_t expected, bool large)
{
    struct extents_run run = extents_next(gfns, count, from);

    assert_int_equal(run.first, from);
    assert_int_equal(run.count, expected);
    assert_int_equal(run.large, large);
}

static void a_whole_batch_is_two_extents(void **state)
{
    uint64_t gfns[BATCH];
    size_t count = fill(gfns, 0x100000, BATCH);

    expect_run(gfns, count, 0, 512, true);
    expect_run(gfns, count, 512, 512, true);
}

static void a_hole_leaves_its_extent_in_pages(void **state)
{
    uint64_t gfns[BATCH];
    size_t count = fill(gfns, 0, 0xa0); /* below the VGA hole */

    count += fill(gfns + count, 0xc0, 512 - 0xc0);
    count += fill(gfns + count, 512, 512);
    expect_run(gfns, count, 0, 512 - 0x20, false);
    expect_run(gfns, count, 512 - 0x20, 512, true);
}

static void what_is_not_aligned_or_not_whole_is_pages(void **state)
{
    uint64_t gfns[BATCH];

    expect_run(gfns, fill(gfns, 1, 512), 0, 512, false);
    expect_run(gfns, fill(gfns, 512, 511), 0, 511, false);
    expect_run(gfns, fill(gfns, UINT64_MAX - 511, 512), 0, 512, true);
    fill(gfns, 1024, 512);
    gfns[511] = gfns[510];
    expect_run(gfns, 512, 0, 512, false);
    fill(gfns, 256, 768); /* ends with an extent */
    expect_run(gfns, 768, 0, 256, false);
    expect_run(gfns, 768, 256, 512, true);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_log_line_is_as_libxl_reads_it),
    cmocka_unit_test(texts_without_end_are_cut),
    cmocka_unit_test(messages_are_read_whole_or_not_at_all),
    cmocka_unit_test(libxls_arguments_are_read),
    cmocka_unit_test(other_arguments_are_for_the_stock_helper),
    cmocka_unit_test(wishes_survive_the_environment),
    cmocka_unit_test(other_wishes_are_refused),
    cmocka_unit_test(options_have_limits),
    cmocka_unit_test(lines_are_read_as_they_are_written),
    cmocka_unit_test(other_lines_are_skipped),
    cmocka_unit_test(a_whole_batch_is_two_extents),
    cmocka_unit_test(a_hole_leaves_its_extent_in_pages),
    cmocka_unit_test(what_is_not_aligned_or_not_whole_is_pages),
};

UNIT_MAIN(tests)
