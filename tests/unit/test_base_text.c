/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading text that people and strangers wrote: numbers, words, UTF-8. */
#include "unit.h"

#include "base/near.h"
#include "base/number.h"
#include "base/utf8.h"
#include "base/uuid.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const no_numbers[] = {
    "",
    " ",
    "-1",
    "+1",
    " 1",
    "1 ",
    "1\n",
    "0x1",
    "1e3",
    "1.0",
    "٣",
    "--",
    "1-",
    "18446744073709551616",
    "inf",
    "1,000",
    "99999999999999999999999999999999999999999999",
};

static void numbers_are_the_whole_text_or_nothing(void **state)
{
    for (size_t i = 0; i < COUNT(no_numbers); i++) {
        uint64_t value = 42;
        if (number_parse_u64(no_numbers[i], UINT64_MAX, &value))
            fail_msg("'%s' was taken for a number", no_numbers[i]);
        assert_int_equal(value, 42);
    }
}

static void numbers_go_up_to_the_limit(void **state)
{
    uint64_t value;
    uint32_t narrow = 42;

    assert_true(number_parse_u64("18446744073709551615", UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_true(number_parse_u64("000", 0, &value));
    assert_int_equal(value, 0);
    assert_true(number_parse_u64("7", 7, &value));
    assert_false(number_parse_u64("8", 7, &value));
    assert_false(number_parse_u64("10", 9, &value));
    assert_true(number_parse_u32("4294967295", &narrow));
    assert_int_equal(narrow, UINT32_MAX);
    assert_false(number_parse_u32("4294967296", &narrow));
    assert_int_equal(narrow, UINT32_MAX);
}

static const struct {
    const char *text;
    uint64_t kib;
} sizes[] = {
    { "0", 0 },         { "1", 1024 },
    { "256m", 262144 }, { "256M", 262144 },
    { "1g", 1048576 },  { "1T", 1073741824 },
    { "4k", 4 },        { "4096b", 4 },
    { "1023B", 0 },     { "17592186044415g", 17592186044415ull << 20 },
};

static void sizes_are_mib_unless_they_say_otherwise(void **state)
{
    for (size_t i = 0; i < COUNT(sizes); i++) {
        uint64_t kib = 42;
        assert_true(number_parse_size_kib(sizes[i].text, &kib));
        assert_true(kib == sizes[i].kib);
    }
}

static void hostile_sizes_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "m",
        "-1m",
        "1mm",
        "1kb",
        "1 m",
        "1.5g",
        "0x10m",
        "1bb",
        "1p",
        "18446744073709551615m",
        "17592186044416t",
        "99999999999999999999k",
    };

    for (size_t i = 0; i < COUNT(texts); i++) {
        uint64_t kib = 42;
        if (number_parse_size_kib(texts[i], &kib))
            fail_msg("'%s' was taken for a size", texts[i]);
        assert_int_equal(kib, 42);
    }
}

static const char *nearest(const char *word)
{
    static const char *const words[] = { "create", "destroy", "list",
                                         "pause",  "unpause", "vcpu-list" };
    struct near near = near_begin(word);

    for (size_t i = 0; i < COUNT(words); i++)
        near_offer(&near, words[i]);
    return near_best(&near);
}

static void a_slip_of_the_fingers_is_recognised(void **state)
{
    assert_string_equal(nearest("craete"), "create");
    assert_string_equal(nearest("creat"), "create");
    assert_string_equal(nearest("lst"), "list");
    assert_string_equal(nearest("destory"), "destroy");
    assert_string_equal(nearest("vcpulist"), "vcpu-list");
}

static void something_else_is_no_slip(void **state)
{
    assert_null(nearest("migrate"));
    assert_null(nearest(""));
    assert_null(nearest("zzz"));
}

static void an_endless_word_is_no_slip(void **state)
{
    char word[1000];

    memset(word, 'a', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    assert_null(nearest(word));
    struct near near = near_begin("list");
    near_offer(&near, word);
    assert_null(near_best(&near));
}

/* The length that RFC 3629, section 4 gives for what begins at s; 0: none. */
static size_t rfc3629_length(const unsigned char *s)
{
#define TAIL(c) ((c) >= 0x80 && (c) <= 0xbf)
    if (s[0] == 0)
        return 0;
    if (s[0] <= 0x7f)
        return 1;
    if (s[0] >= 0xc2 && s[0] <= 0xdf)
        return TAIL(s[1]) ? 2 : 0;
    if ((s[0] == 0xe0 && s[1] >= 0xa0 && s[1] <= 0xbf) ||
        (s[0] >= 0xe1 && s[0] <= 0xec && TAIL(s[1])) ||
        (s[0] == 0xed && s[1] >= 0x80 && s[1] <= 0x9f) ||
        (s[0] >= 0xee && s[0] <= 0xef && TAIL(s[1])))
        return TAIL(s[2]) ? 3 : 0;
    if ((s[0] == 0xf0 && s[1] >= 0x90 && s[1] <= 0xbf) ||
        (s[0] >= 0xf1 && s[0] <= 0xf3 && TAIL(s[1])) ||
        (s[0] == 0xf4 && s[1] >= 0x80 && s[1] <= 0x8f))
        return TAIL(s[2]) && TAIL(s[3]) ? 4 : 0;
    return 0;
#undef TAIL
}

static void check_utf8(const unsigned char text[5])
{
    uint32_t rune;
    size_t length = utf8_decode((const char *)text, &rune);

    if (length != rfc3629_length(text))
        fail_msg("%02x %02x %02x %02x: length %zu, expected %zu", text[0],
                 text[1], text[2], text[3], length, rfc3629_length(text));
}

static void utf8_agrees_with_the_rfc_on_every_sequence(void **state)
{
    static const unsigned char ends[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff };

    for (unsigned int lead = 0; lead < 256; lead++) {
        for (unsigned int second = 0; second < 256; second++) {
            for (size_t i = 0; i < COUNT(ends); i++) {
                for (size_t j = 0; j < COUNT(ends); j++) {
                    unsigned char text[5] = { (unsigned char)lead,
                                              (unsigned char)second, ends[i],
                                              ends[j] };
                    check_utf8(text);
                }
            }
        }
    }
}

static void utf8_yields_the_character(void **state)
{
    static const struct {
        const char *text;
        uint32_t rune;
    } rows[] = {
        { "a", 'a' },
        { "\x7f", 0x7f },
        { "\xc2\x80", 0x80 },
        { "\xdf\xbf", 0x7ff },
        { "\xe0\xa0\x80", 0x800 },
        { "\xed\x9f\xbf", 0xd7ff },
        { "\xee\x80\x80", 0xe000 },
        { "\xef\xbf\xbf", 0xffff },
        { "\xf0\x90\x80\x80", 0x10000 },
        { "\xf4\x8f\xbf\xbf", 0x10ffff },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t rune = 0;
        assert_int_equal(utf8_decode(rows[i].text, &rune),
                         strlen(rows[i].text));
        assert_int_equal(rune, rows[i].rune);
    }
}

static void utf8_never_reads_past_the_end(void **state)
{
    static const char *const cut[] = { "\xc3", "\xe2\x82", "\xf0\x9f\x98" };

    for (size_t i = 0; i < COUNT(cut); i++) {
        uint32_t rune;
        cleanup_free char *exact = mem_strdup(cut[i]); /* ASan guards it */
        assert_int_equal(utf8_decode(exact, &rune), 0);
    }
}

static void a_uuid_survives_text_and_back(void **state)
{
    static const char *const text = "3b0f1a5e-0c4d-4e6f-8a9b-00ff10203040";
    uint8_t bytes[UUID_BYTES];
    char again[UUID_TEXT_SIZE];

    assert_true(uuid_parse_text(text, bytes));
    assert_int_equal(bytes[0], 0x3b);
    assert_int_equal(bytes[15], 0x40);
    uuid_format_text(bytes, again);
    assert_string_equal(again, text);
    assert_true(uuid_parse_text("3B0F1A5E-0C4D-4E6F-8A9B-00FF10203040", bytes));
    uuid_format_text(bytes, again);
    assert_string_equal(again, text);
}

static void what_is_no_uuid_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "3b0f1a5e",
        "3b0f1a5e-0c4d-4e6f-8a9b-00ff1020304",
        "3b0f1a5e-0c4d-4e6f-8a9b-00ff102030400",
        "3b0f1a5e0c4d4e6f8a9b00ff10203040",
        "3b0f1a5e-0c4d-4e6f-8a9b-00ff1020304g",
        " 3b0f1a5e-0c4d-4e6f-8a9b-00ff1020304",
    };

    for (size_t i = 0; i < COUNT(texts); i++) {
        uint8_t bytes[UUID_BYTES] = { 42 };
        assert_false(uuid_parse_text(texts[i], bytes));
        assert_int_equal(bytes[0], 42);
    }
}

static void the_nil_uuid_is_known(void **state)
{
    static const uint8_t one[UUID_BYTES] = { [UUID_BYTES - 1] = 1 };
    static const uint8_t nil[UUID_BYTES];

    assert_false(uuid_is_nil(one));
    assert_true(uuid_is_nil(nil));
}

static void bytes_take_a_unit(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes; /* 0: refused */
    } rows[] = {
        { "1", 1 },
        { "500K", 500 << 10 },
        { "20m", 20 << 20 },
        { "1G", 1 << 30 },
        { "16777215t", 16777215ull << 40 },
        { "", 0 },
        { "K", 0 },
        { "-1", 0 },
        { "1KB", 0 },
        { "1 M", 0 },
        { "16777216t", 0 },
        { "1.5M", 0 },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t bytes = 0;

        assert_int_equal(number_parse_bytes(rows[i].text, &bytes),
                         rows[i].bytes != 0);
        assert_int_equal(bytes, rows[i].bytes);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_are_the_whole_text_or_nothing),
    cmocka_unit_test(numbers_go_up_to_the_limit),
    cmocka_unit_test(sizes_are_mib_unless_they_say_otherwise),
    cmocka_unit_test(hostile_sizes_are_refused),
    cmocka_unit_test(a_slip_of_the_fingers_is_recognised),
    cmocka_unit_test(something_else_is_no_slip),
    cmocka_unit_test(an_endless_word_is_no_slip),
    cmocka_unit_test(utf8_agrees_with_the_rfc_on_every_sequence),
    cmocka_unit_test(utf8_yields_the_character),
    cmocka_unit_test(utf8_never_reads_past_the_end),
    cmocka_unit_test(a_uuid_survives_text_and_back),
    cmocka_unit_test(what_is_no_uuid_is_refused),
    cmocka_unit_test(the_nil_uuid_is_known),
    cmocka_unit_test(bytes_take_a_unit),
};

UNIT_MAIN(tests)
