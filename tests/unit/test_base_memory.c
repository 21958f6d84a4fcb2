/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owned memory, growing arrays and growing text. */
#include "unit.h"

#include "base/strbuf.h"
#include "base/vec.h"

static void new_memory_is_zeroed_even_of_no_size(void **state)
{
    cleanup_free unsigned char *some = mem_zalloc(3, 5);
    cleanup_free unsigned char *none = mem_zalloc(0, 0);
    static const unsigned char zero[15];

    assert_memory_equal(some, zero, 15);
    assert_non_null(none);
}

static void stealing_hands_over_and_leaves_null(void **state)
{
    char *owner = mem_strndup("abcdef", 3);
    char *taken = steal(owner);

    assert_null(owner);
    assert_string_equal(taken, "abc");
    free(taken);
}

static void a_copied_text_ends_where_it_was_told_to(void **state)
{
    cleanup_free char *some = mem_copy_text("abcdef", 3);
    cleanup_free char *none = mem_copy_text("abcdef", 0);

    assert_string_equal(some, "abc");
    assert_string_equal(none, "");
}

static void printing_makes_text_of_any_length(void **state)
{
    cleanup_free char *text = mem_printf("%*s|%d", 5000, "", 7);

    assert_int_equal(strlen(text), 5002);
    assert_string_equal(text + 5000, "|7");
}

static void a_vector_keeps_what_was_pushed(void **state)
{
    VEC(int) vec = VEC_INIT;
    int sum = 0;

    for (int i = 0; i < 1000; i++)
        VEC_PUSH(&vec, i);
    assert_int_equal(vec.count, 1000);
    VEC_EACH (&vec, item)
        sum += *item;
    assert_int_equal(sum, 499500);
    VEC_DISPOSE(&vec);
    assert_int_equal(vec.count, 0);
    assert_null(vec.items);
}

static void an_empty_vector_has_nothing_to_visit(void **state)
{
    VEC(int) vec = VEC_INIT;

    VEC_EACH (&vec, item)
        fail_msg("visited %d", *item);
}

static void text_grows_by_pieces(void **state)
{
    cleanup_strbuf struct strbuf buf = { 0 };

    strbuf_puts(&buf, "ab");
    strbuf_putc(&buf, 'c');
    strbuf_printf(&buf, "%03d", 7);
    strbuf_add(&buf, "xyz", 2);
    assert_string_equal(buf.text, "abc007xy");
    assert_int_equal(buf.length, 8);
}

static void text_may_hold_nul_bytes(void **state)
{
    cleanup_strbuf struct strbuf buf = { 0 };

    strbuf_add(&buf, "a\0b", 3);
    strbuf_putc(&buf, '\0');
    assert_int_equal(buf.length, 4);
    assert_memory_equal(buf.text, "a\0b\0", 5);
}

static void text_grows_past_every_power_of_two(void **state)
{
    cleanup_strbuf struct strbuf buf = { 0 };

    for (size_t i = 0; i < 5000; i++) {
        strbuf_putc(&buf, (char)('a' + i % 26));
        assert_int_equal(buf.text[buf.length], 0);
        assert_true(buf.length < buf.room);
    }
    for (size_t i = 0; i < 5000; i++)
        assert_int_equal(buf.text[i], 'a' + i % 26);
}

static void taking_text_leaves_the_buffer_empty(void **state)
{
    struct strbuf buf = { 0 };
    cleanup_free char *nothing = strbuf_take(&buf);

    strbuf_puts(&buf, "x");
    cleanup_free char *text = strbuf_take(&buf);
    assert_string_equal(nothing, "");
    assert_string_equal(text, "x");
    assert_null(buf.text);
    assert_int_equal(buf.length, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(new_memory_is_zeroed_even_of_no_size),
    cmocka_unit_test(stealing_hands_over_and_leaves_null),
    cmocka_unit_test(a_copied_text_ends_where_it_was_told_to),
    cmocka_unit_test(printing_makes_text_of_any_length),
    cmocka_unit_test(a_vector_keeps_what_was_pushed),
    cmocka_unit_test(an_empty_vector_has_nothing_to_visit),
    cmocka_unit_test(text_grows_by_pieces),
    cmocka_unit_test(text_may_hold_nul_bytes),
    cmocka_unit_test(text_grows_past_every_power_of_two),
    cmocka_unit_test(taking_text_leaves_the_buffer_empty),
};

UNIT_MAIN(tests)
