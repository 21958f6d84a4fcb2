/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON: what is written, what is read, and what is refused. */
#include "unit.h"

#include "base/json.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Reads a document and writes it again on one line; owned by the caller. */
static char *round_trip(const char *document)
{
    struct error err = ERROR_INIT;
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    assert_int_equal(json_embed(json, document, &err), 0);
    expect_no_error(&err);
    return mem_strdup(json_text(json, NULL));
}

static void expect_refused(const char *text, size_t length, const char *message)
{
    struct error err = ERROR_INIT;
    struct json_value *value = NULL;

    assert_int_equal(json_parse(text, length, &value, &err), -1);
    assert_null(value);
    expect_error(&err, ERR_FAILED, message);
}

static struct json_value *parse(const char *text)
{
    struct error err = ERROR_INIT;
    struct json_value *value = NULL;

    if (json_parse(text, strlen(text), &value, &err) < 0)
        fail_msg("%s", err.message);
    return value;
}

static void a_document_is_written_on_one_line(void **state)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);
    size_t length;

    json_begin_object(json);
    json_add_string(json, "s", "a/b\"\\\n");
    json_add_int(json, "i", INT64_MIN);
    json_add_uint(json, "u", UINT64_MAX);
    json_add_bool(json, "b", true);
    json_add_string(json, "n", NULL);
    json_key(json, "a");
    json_begin_array(json);
    json_null(json);
    json_end_array(json);
    json_end_object(json);
    assert_string_equal(json_text(json, &length),
                        "{\"s\":\"a/b\\\"\\\\\\n\","
                        "\"i\":-9223372036854775808,"
                        "\"u\":18446744073709551615,"
                        "\"b\":true,\"n\":null,\"a\":[null]}");
    assert_int_equal(length, strlen(json_text(json, NULL)));
}

static void a_document_is_indented(void **state)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(2);

    json_begin_object(json);
    json_key(json, "a");
    json_begin_array(json);
    json_int(json, 1);
    json_end_array(json);
    json_end_object(json);
    assert_string_equal(json_text(json, NULL), "{\n  \"a\": [\n    1\n  ]\n}");
}

static void doubles_read_back_as_they_were(void **state)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        { 0.1, "[0.1]" },
        { 3, "[3.0]" },
        { -2.5, "[-2.5]" },
        { 1e300, "[1e+300]" },
        { 0, "[0.0]" },
        { 1.0 / 3, "[0.3333333333333333]" },
        { 0.1 + 0.2, "[0.30000000000000004]" },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        cleanup_json_writer struct json_writer *json = json_writer_new(0);
        json_begin_array(json);
        json_double(json, rows[i].value);
        json_end_array(json);
        assert_string_equal(json_text(json, NULL), rows[i].text);
        cleanup_json_value struct json_value *value =
            parse(json_text(json, NULL));
        double again;
        assert_true(json_as_double(json_item(value, 0), &again));
        assert_true(again == rows[i].value);
    }
}

static void what_is_no_number_is_null(void **state)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_array(json);
    json_double(json, __builtin_nan(""));
    json_double(json, -__builtin_inf());
    json_end_array(json);
    assert_string_equal(json_text(json, NULL), "[null,null]");
}

static void hostile_strings_are_written_as_valid_json(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        { "\xff", "\"\xef\xbf\xbd\"" },
        { "a\xc3", "\"a\xef\xbf\xbd\"" },
        { "\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
        { "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
        { "\xc3\xa9", "\"\xc3\xa9\"" },
        { "\033[31m", "\"\\u001B[31m\"" },
        { "\x7f", "\"\\u007f\"" },
        { "\xc2\x9b", "\"\\u009b\"" },
        { "\xc2\xa0", "\"\xc2\xa0\"" },
        { "", "\"\"" },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        cleanup_json_writer struct json_writer *json = json_writer_new(0);
        json_string(json, rows[i].in);
        assert_string_equal(json_text(json, NULL), rows[i].out);
    }
}

static void every_byte_makes_a_string_that_reads_back(void **state)
{
    for (int byte = 1; byte < 256; byte++) {
        char text[] = { 'a', (char)byte, 'b', '\0' };
        cleanup_json_writer struct json_writer *json = json_writer_new(0);
        json_string(json, text);
        cleanup_json_value struct json_value *value =
            parse(json_text(json, NULL));
        assert_string_equal(json_as_string(value), byte < 0x80 ? text
                                                               : "a\xef\xbf\xbd"
                                                                 "b");
    }
}

static void documents_survive_the_round_trip(void **state)
{
    static const char *const documents[] = {
        "null",
        "true",
        "0",
        "\"\"",
        "[]",
        "{}",
        "{\"z\":1,\"a\":{\"q\":[[],{}]},\"m\":null}",
        "[18446744073709551615,-9223372036854775808,9223372036854775808]",
        "[1.50,1E5,0.1e-3]",
        "[123456789012345678901234567890]",
    };

    for (size_t i = 0; i < COUNT(documents); i++) {
        cleanup_free char *again = round_trip(documents[i]);
        assert_string_equal(again, documents[i]);
    }
}

static void escapes_become_what_they_stand_for(void **state)
{
    cleanup_json_value struct json_value *value =
        parse("[\"\\u00e9\\ud83d\\ude00\\/\\n\", \"\\udc00\", \"\xff\"]");

    assert_string_equal(json_as_string(json_item(value, 0)),
                        "\xc3\xa9\xf0\x9f\x98\x80/\n");
    /* Half a surrogate pair and a stray byte: mended, not refused. */
    assert_string_equal(json_as_string(json_item(value, 1)),
                        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    assert_string_equal(json_as_string(json_item(value, 2)), "\xef\xbf\xbd");
}

static void a_tree_is_walked_by_place_and_by_key(void **state)
{
    cleanup_json_value struct json_value *value =
        parse("{\"a\": 1, \"b\": [true, \"x\"], \"a\": 2}");
    int64_t number;
    bool truth;

    assert_int_equal(json_type_of(value), JSON_OBJECT);
    assert_int_equal(json_count(value), 3);
    assert_string_equal(json_item_key(value, 1), "b");
    assert_null(json_item_key(value, 3));
    assert_true(json_as_int(json_get(value, "a"), &number));
    assert_int_equal(number, 1);
    const struct json_value *list = json_get(value, "b");
    assert_int_equal(json_count(list), 2);
    assert_true(json_as_bool(json_item(list, 0), &truth));
    assert_true(truth);
    assert_null(json_item(list, 2));
    assert_null(json_item_key(list, 0));
    assert_null(json_get(list, "a"));
    assert_null(json_get(value, "c"));
}

static void what_is_not_there_is_of_no_type(void **state)
{
    int64_t number = 42;
    uint64_t wide = 42;
    double real = 42;
    bool truth = true;

    assert_null(json_get(NULL, "a"));
    assert_null(json_item(NULL, 0));
    assert_int_equal(json_count(NULL), 0);
    assert_null(json_as_string(NULL));
    assert_false(json_as_int(NULL, &number));
    assert_false(json_as_uint(NULL, &wide));
    assert_false(json_as_double(NULL, &real));
    assert_false(json_as_bool(NULL, &truth));
    assert_int_equal(number, 42);
}

static void numbers_are_given_only_where_they_fit(void **state)
{
    cleanup_json_value struct json_value *value =
        parse("[-1, 18446744073709551615, 18446744073709551616, 1.0]");
    int64_t number;
    uint64_t wide;
    double real;

    assert_false(json_as_uint(json_item(value, 0), &wide));
    assert_false(json_as_int(json_item(value, 1), &number));
    assert_true(json_as_uint(json_item(value, 1), &wide));
    assert_true(wide == UINT64_MAX);
    assert_false(json_as_uint(json_item(value, 2), &wide));
    assert_true(json_as_double(json_item(value, 2), &real));
    assert_true(real == 18446744073709551616.0);
    assert_false(json_as_int(json_item(value, 3), &number));
    assert_true(json_as_double(json_item(value, 0), &real));
    assert_true(real == -1);
}

static void refusals_say_where_and_why(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        { "", "JSON: line 1, column 1: parse error: premature EOF" },
        { "[1", "JSON: line 1, column 3: parse error: premature EOF" },
        { "[1]x", "JSON: line 1, column 5: parse error: trailing garbage" },
        { "[\n1e999]", "JSON: line 2, column 6: a number out of range" },
        { "[\"\\u0000\"]",
          "JSON: line 1, column 10: a string with a NUL inside" },
        { "{\"\\u0000\":1}",
          "JSON: line 1, column 10: a string with a NUL inside" },
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        expect_refused(rows[i].text, strlen(rows[i].text), rows[i].message);
}

static void what_is_no_json_is_refused(void **state)
{
    static const char *const texts[] = {
        "[1,]",      "{\"a\"}", "{1:2}", "'a'",  "\"a\nb\"", "[01]", "+1",
        "tru",       "[1 2]",   "NaN",   "// x", "\"\\x\"",  "]",    "\xff",
        "\"\\u12\"", "{\"a\":", "\"",    "-",    "[1.]",     "1e",
    };

    for (size_t i = 0; i < COUNT(texts); i++) {
        struct error err = ERROR_INIT;
        struct json_value *value;
        if (json_parse(texts[i], strlen(texts[i]), &value, &err) == 0)
            fail_msg("'%s' was taken for JSON", texts[i]);
        error_dispose(&err);
    }
    expect_refused("[1\0]", 4,
                   "JSON: line 1, column 4: lexical error: "
                   "invalid char in json text.");
}

static char *nested(size_t depth)
{
    char *text = mem_zalloc(1, 2 * depth + 1);

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return text;
}

static void depth_is_bounded(void **state)
{
    cleanup_free char *deep = nested(64);
    cleanup_free char *again = round_trip(deep);
    cleanup_free char *deeper = nested(65);
    cleanup_free char *bomb = nested(1 << 20);

    assert_string_equal(again, deep);
    expect_refused(deeper, 130, "JSON: line 1, column 66: nested too deeply");
    expect_refused(bomb, 2 << 20, "JSON: line 1, column 66: nested too deeply");
}

static void the_number_of_values_is_bounded(void **state)
{
    size_t count = (1 << 20) + 1;
    cleanup_free char *text = mem_zalloc(1, 2 * count + 2);

    for (size_t i = 0; i < count; i++)
        memcpy(text + 2 * i, i == 0 ? "[0" : ",0", 2);
    text[2 * count] = ']';
    struct error err = ERROR_INIT;
    struct json_value *value;
    assert_int_equal(json_parse(text, 2 * count + 1, &value, &err), -1);
    assert_non_null(strstr(err.message, "too many values"));
    error_dispose(&err);
}

static void the_size_is_bounded(void **state)
{
    struct error err = ERROR_INIT;
    struct json_value *value;

    assert_int_equal(json_parse("", (64 << 20) + 1, &value, &err), -1);
    expect_error(&err, ERR_FAILED, "JSON: longer than 64 MiB");
}

static void a_failed_embedding_writes_nothing(void **state)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);
    struct error err = ERROR_INIT;

    json_begin_object(json);
    json_key(json, "config");
    assert_int_equal(json_embed(json, "[1,{\"a\":", &err), -1);
    error_dispose(&err);
    json_null(json);
    json_end_object(json);
    assert_string_equal(json_text(json, NULL), "{\"config\":null}");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_document_is_written_on_one_line),
    cmocka_unit_test(a_document_is_indented),
    cmocka_unit_test(doubles_read_back_as_they_were),
    cmocka_unit_test(what_is_no_number_is_null),
    cmocka_unit_test(hostile_strings_are_written_as_valid_json),
    cmocka_unit_test(every_byte_makes_a_string_that_reads_back),
    cmocka_unit_test(documents_survive_the_round_trip),
    cmocka_unit_test(escapes_become_what_they_stand_for),
    cmocka_unit_test(a_tree_is_walked_by_place_and_by_key),
    cmocka_unit_test(what_is_not_there_is_of_no_type),
    cmocka_unit_test(numbers_are_given_only_where_they_fit),
    cmocka_unit_test(refusals_say_where_and_why),
    cmocka_unit_test(what_is_no_json_is_refused),
    cmocka_unit_test(depth_is_bounded),
    cmocka_unit_test(the_number_of_values_is_bounded),
    cmocka_unit_test(the_size_is_bounded),
    cmocka_unit_test(a_failed_embedding_writes_nothing),
};

UNIT_MAIN(tests)
