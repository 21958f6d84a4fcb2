/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both ends between descriptors, and what is found in a file without Xen. */
#include <sys/mman.h>

#include "stream_unit.h"

#include "base/json.h"
#include "stream/filter.h"
#include "stream/inspect.h"

static const struct guest_stream guest = { .pages = 2000, .zero = 50 };
static const struct decode_options reading = { .threads = 2,
                                               .history_max = HISTORY_ENOUGH };

static int make_file(const struct strbuf *bytes)
{
    int fd = memfd_create("stream", MFD_CLOEXEC);

    assert_int_equal(io_write_all(fd, bytes->text, bytes->length), 0);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static void expect_file(int fd, const struct strbuf *wanted)
{
    off_t length = lseek(fd, 0, SEEK_END);
    cleanup_free char *bytes = mem_zalloc(1, (size_t)length + 1);
    struct strbuf got = { .text = bytes, .length = (size_t)length };

    assert_int_equal(pread(fd, bytes, (size_t)length, 0), length);
    expect_same_bytes(&got, wanted);
}

/* Yields the file of frames for a plain one, at its beginning. */
static int encode_file(int plain)
{
    struct encode_options options = { .compress = CODEC_AUTO, .threads = 2 };
    struct stream_stats stats = { 0 };
    struct error err = ERROR_INIT;
    int carried = memfd_create("carried", MFD_CLOEXEC);

    filter_encode(&options, true,
                  &(struct filter_way){ .in = plain, .out = carried }, &stats,
                  &err);
    expect_no_error(&err);
    lseek(plain, 0, SEEK_SET);
    lseek(carried, 0, SEEK_SET);
    return carried;
}

static void a_file_comes_back_through_both_filters(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    struct stream_stats stats = { 0 };
    struct error err = ERROR_INIT;

    guest_stream_make(&guest, &plain);
    cleanup_close int in = make_file(&plain);
    cleanup_close int carried = encode_file(in);
    cleanup_close int back = memfd_create("back", MFD_CLOEXEC);
    filter_decode(&reading, false,
                  &(struct filter_way){ .in = carried, .out = back }, &stats,
                  &err);
    expect_no_error(&err);
    assert_int_equal(stats.bytes, plain.length);
    expect_file(back, &plain);
}

static void what_is_no_stream_passes_only_if_it_may(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    struct stream_stats stats = { 0 };
    struct error err = ERROR_INIT;

    strbuf_puts(&plain,
                "Xen saved domain, xl format\n, and so on, for so long");
    cleanup_close int in = make_file(&plain);
    cleanup_close int back = memfd_create("back", MFD_CLOEXEC);
    filter_decode(&reading, true, &(struct filter_way){ .in = in, .out = back },
                  &stats, &err);
    expect_no_error(&err);
    expect_file(back, &plain);
    lseek(in, 0, SEEK_SET);
    assert_int_equal(
        filter_decode(&reading, false,
                      &(struct filter_way){ .in = in, .out = back }, &stats,
                      &err),
        -1);
    expect_error(&err, ERR_CONFIG, "this is not a Xenith stream");
}

static struct json_value *inspect_file(int fd, bool whole)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);
    struct json_value *value = NULL;
    struct error err = ERROR_INIT;
    size_t length;

    lseek(fd, 0, SEEK_SET);
    json_begin_object(json);
    inspect(&reading, whole, fd, json, &err);
    expect_no_error(&err);
    json_end_object(json);
    const char *text = json_text(json, &length);
    json_parse(text, length, &value, &err);
    expect_no_error(&err);
    return value;
}

static void expect_number(const struct json_value *json, const char *key,
                          uint64_t wanted)
{
    uint64_t got;

    assert_true(json_as_uint(json_get(json, key), &got));
    assert_int_equal(got, wanted);
}

static void expect_facts(int fd, const char *format, uint64_t bytes)
{
    for (int whole = 0; whole < 2; whole++) {
        cleanup_json_value struct json_value *json = inspect_file(fd, whole);
        bool complete;
        assert_string_equal(json_as_string(json_get(json, "format")), format);
        assert_string_equal(json_as_string(json_get(json, "config")),
                            GUEST_STREAM_CONFIG);
        expect_number(json, "domain_type", 2);
        expect_number(json, "xen_minor", 17);
        assert_true(json_as_bool(json_get(json, "complete"), &complete));
        if (!whole)
            continue;
        assert_true(complete);
        expect_number(json, "pages", 2000);
        expect_number(json, "bytes", bytes);
    }
}

static void a_saved_guest_is_described_in_either_format(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };

    guest_stream_make(&guest, &plain);
    cleanup_close int in = make_file(&plain);
    cleanup_close int carried = encode_file(in);
    expect_facts(in, "plain", plain.length);
    expect_facts(carried, "xenith", plain.length);
}

static void a_saved_guest_that_is_not_whole_is_refused(void **state)
{
    cleanup_strbuf struct strbuf plain = { 0 };
    cleanup_json_writer struct json_writer *json = json_writer_new(0);
    struct error err = ERROR_INIT;

    guest_stream_make(&guest, &plain);
    plain.length -= 4;
    cleanup_close int in = make_file(&plain);
    json_begin_object(json);
    assert_int_equal(inspect(&reading, true, in, json, &err), -1);
    assert_non_null(strstr(err.message, "it is cut short"));
    error_dispose(&err);
    /* Its bytes are carried as they are, and found to be the same. */
    lseek(in, 0, SEEK_SET);
    cleanup_close int carried = encode_file(in);
    assert_int_equal(inspect(&reading, true, carried, json, &err), -1);
    assert_non_null(strstr(err.message, "it is cut short"));
    error_dispose(&err);
}

/* A block device goes on behind the image, with whatever was there before. */
static void what_follows_the_end_is_ignored_where_it_may(void **state)
{
    static const struct decode_options device = { .threads = 2,
                                                  .history_max = HISTORY_ENOUGH,
                                                  .ignore_rest = true };
    cleanup_strbuf struct strbuf plain = { 0 };
    struct stream_stats stats = { 0 };
    struct error err = ERROR_INIT;

    guest_stream_make(&guest, &plain);
    cleanup_close int in = make_file(&plain);
    cleanup_close int carried = encode_file(in);
    cleanup_close int back = memfd_create("back", MFD_CLOEXEC);
    const int files[] = { in, carried };
    for (size_t i = 0; i < 2; i++) {
        cleanup_json_writer struct json_writer *json = json_writer_new(0);

        lseek(files[i], 0, SEEK_END);
        assert_int_equal(io_write_all(files[i], plain.text, plain.length), 0);
        lseek(files[i], 0, SEEK_SET);
        json_begin_object(json);
        assert_int_equal(inspect(&reading, true, files[i], json, &err), -1);
        assert_int_equal(err.kind, ERR_CONFIG);
        error_dispose(&err);
        lseek(files[i], 0, SEEK_SET);
        inspect(&device, true, files[i], json, &err);
        expect_no_error(&err);
    }
    lseek(carried, 0, SEEK_SET);
    filter_decode(&device, false,
                  &(struct filter_way){ .in = carried, .out = back }, &stats,
                  &err);
    expect_no_error(&err);
    expect_file(back, &plain);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_file_comes_back_through_both_filters),
    cmocka_unit_test(what_is_no_stream_passes_only_if_it_may),
    cmocka_unit_test(a_saved_guest_is_described_in_either_format),
    cmocka_unit_test(a_saved_guest_that_is_not_whole_is_refused),
    cmocka_unit_test(what_follows_the_end_is_ignored_where_it_may),
};

UNIT_MAIN(tests)
