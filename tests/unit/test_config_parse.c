/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parser: places, +=, overrides, recovery after mistakes, and hostile
 * texts, which end in a clear error, at once and in little memory.
 */
#include "config_unit.h"

#include <stdio.h>
#include <time.h>

#include "config/parse.h"
#include "config/tree.h"

struct read_text {
    struct config_tree *tree;
    struct config_diags diags;
    struct strbuf said;
};

static void read_bytes(struct read_text *read, const char *text, size_t length)
{
    const struct config_source source = { .path = "t.cfg",
                                          .text = text,
                                          .length = length };

    memset(read, 0, sizeof(*read));
    assert_int_equal(config_read(&source, &read->tree, &read->diags, NULL), 0);
    config_diags_render(&read->diags, 0, &read->said);
    if (read->said.text == NULL)
        strbuf_puts(&read->said, "");
}

static void read_text(struct read_text *read, const char *text)
{
    read_bytes(read, text, strlen(text));
}

static void read_dispose(struct read_text *read)
{
    config_tree_free(read->tree);
    config_diags_dispose(&read->diags);
    strbuf_dispose(&read->said);
}

static const struct config_value *value_of(struct read_text *read,
                                           const char *key)
{
    const struct config_assignment *set = config_tree_find(read->tree, key);

    assert_non_null(set);
    return set->value;
}

static void keys_and_values_have_their_places(void **state)
{
    struct read_text read;
    const struct config_value *list;

    read_text(&read, "# a comment\nname = \"x\"; memory=64\ndisk = [\n"
                     "  'a',\n  'b', ]\n");
    assert_string_equal(read.said.text, "");
    assert_int_equal(value_of(&read, "name")->place.line, 2);
    assert_int_equal(value_of(&read, "name")->place.column, 8);
    assert_int_equal(value_of(&read, "name")->place.length, 3);
    assert_int_equal(value_of(&read, "memory")->place.column, 20);
    list = value_of(&read, "disk");
    assert_int_equal(list->u.list.count, 2);
    assert_int_equal(list->u.list.last->place.line, 5);
    assert_int_equal(list->u.list.last->place.column, 3);
    read_dispose(&read);
}

static void a_place_inside_a_string_counts_escapes(void **state)
{
    struct read_text read;
    struct config_place place;

    read_text(&read, "a = \"\\\"x\\\\yz\"\nb = 'one'\nb += \"t\\two\"\n");
    /* The text is "x\yz: z is its fifth byte, at column 12 of the line. */
    place = config_value_place(value_of(&read, "a"), 4, 1);
    assert_int_equal(place.line, 1);
    assert_int_equal(place.column, 12);
    /* onet<tab>wo: w is at column 10 of the second part. */
    place = config_value_place(value_of(&read, "b"), 5, 1);
    assert_int_equal(place.line, 3);
    assert_int_equal(place.column, 10);
    place = config_value_place(value_of(&read, "b"), 1, 2);
    assert_int_equal(place.line, 2);
    assert_int_equal(place.column, 7);
    read_dispose(&read);
}

static void the_last_assignment_wins_and_is_noted(void **state)
{
    struct read_text read;

    read_text(&read, "a = 1\nb = 2\na = 3\n");
    assert_string_equal(value_of(&read, "a")->u.atom.text, "3");
    assert_string_equal(read.said.text,
                        "t.cfg:3:1: warning: 'a' is set again: this one "
                        "replaces the one of line 1\n"
                        "  hint: remove one of the two; += adds to what is "
                        "there\n");
    read_dispose(&read);
}

static void adding_extends_strings_and_lists(void **state)
{
    struct read_text read;

    read_text(&read, "a = \"x\"\na += \"y\"\na += \"z\"\nl = [1]\nl += [2,3]\n"
                     "n += [4]\na += [1]\n");
    assert_string_equal(value_of(&read, "a")->u.atom.text, "xyz");
    assert_int_equal(value_of(&read, "l")->u.list.count, 3);
    assert_int_equal(value_of(&read, "n")->u.list.count, 1);
    assert_int_equal(read.diags.errors, 1);
    assert_non_null(strstr(read.said.text, "t.cfg:7:1: error: += cannot add"));
    read_dispose(&read);
}

static void overrides_come_last_and_have_a_place(void **state)
{
    static const char *const overrides[] = { "memory=128", "vcpus=x", NULL };
    const struct config_source source = { .path = "t.cfg",
                                          .text = "memory=64\n",
                                          .length = 10,
                                          .overrides = overrides };
    struct read_text read = { 0 };

    assert_int_equal(config_read(&source, &read.tree, &read.diags, NULL), 0);
    config_diags_render(&read.diags, 0, &read.said);
    assert_string_equal(value_of(&read, "memory")->u.atom.text, "128");
    assert_string_equal(read.said.text,
                        "command line argument 2:1:7: error: expected a "
                        "value, found 'x'\n  hint: text is quoted: \"...\"\n");
    read_dispose(&read);
}

static void every_mistake_of_a_file_is_found_in_one_run(void **state)
{
    struct read_text read;

    read_text(&read, "a = \nb = 'x\nc = [ 1 2 ]\nd = 1 2\nE = 1\nf = \"\\q\"\n"
                     "g = [ 'a',\nh = 2\ni = -1\n= 3\nj = 4\n");
    assert_int_equal(read.diags.errors, 9);
    assert_int_equal(read.diags.list.items[0].place.line, 1);
    assert_int_equal(read.diags.list.items[8].place.line, 10);
    assert_string_equal(value_of(&read, "h")->u.atom.text, "2");
    assert_string_equal(value_of(&read, "j")->u.atom.text, "4");
    read_dispose(&read);
}

static void lists_nest_to_a_limit(void **state)
{
    struct read_text read;
    struct strbuf text = { 0 };

    strbuf_puts(&text, "a = ");
    for (int i = 0; i < CONFIG_MAX_DEPTH; i++)
        strbuf_putc(&text, '[');
    for (int i = 0; i < CONFIG_MAX_DEPTH; i++)
        strbuf_putc(&text, ']');
    read_text(&read, text.text);
    assert_string_equal(read.said.text, "");
    read_dispose(&read);
    for (int i = 0; i < 10000; i++)
        strbuf_puts(&text, i == 0 ? "\nb = [" : "[");
    read_text(&read, text.text);
    assert_int_equal(read.diags.errors, 1);
    assert_non_null(strstr(read.said.text, "nested more than 64 deep"));
    read_dispose(&read);
    strbuf_dispose(&text);
}

static void a_nul_byte_is_one_error_wherever_it_is(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } texts[] = {
        { "a = 1\n\0b = [", 11 },
        { "a = \"x\0y\"\n", 10 },
        { "# x\0y\na", 7 },
        { "a = '\\\0'\n", 9 },
        { "\0", 1 },
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct read_text read;

        read_bytes(&read, texts[i].bytes, texts[i].length);
        assert_int_equal(read.diags.errors, 1);
        assert_non_null(strstr(read.said.text, "a NUL byte"));
        read_dispose(&read);
    }
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
    struct read_text read;
    struct strbuf quoted = { 0 };

    read_text(&read, "a = \"\033[2J\xc2\x9b\xff\" x\n");
    config_diags_render(&read.diags, CONFIG_RENDER_QUOTE, &quoted);
    assert_null(strchr(quoted.text, '\033'));
    assert_null(strstr(quoted.text, "\xc2\x9b"));
    assert_non_null(strstr(quoted.text, "\"?[2J???\" x"));
    strbuf_dispose(&quoted);
    read_dispose(&read);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Time and memory of a repeated line, up to the size given. */
static void read_repeated(const char *line, size_t size)
{
    cleanup_strbuf struct strbuf text = { 0 };
    struct read_text read;
    double began;

    while (text.length + strlen(line) <= size)
        strbuf_puts(&text, line);
    began = seconds();
    read_bytes(&read, text.text, text.length);
    print_message("# %zu MiB of %.8s: %.2f s, %zu errors\n", size >> 20, line,
                  seconds() - began, read.diags.errors);
    assert_true(seconds() - began < 10);
    read_dispose(&read);
}

static void hostile_texts_end_soon(void **state)
{
    const size_t size = CONFIG_MAX_BYTES / 4;

    read_repeated("a=1\n", size);
    read_repeated("a+='x'\n", size);
    read_repeated("[", size);
    read_repeated("'", size);
    read_repeated("a=[", size);
    read_repeated("#", size);
    read_repeated("a=\n", size);
    read_repeated("\xff", size);
    read_repeated("= 'aaaaaaaaaaaaaaaaaaaaaaaaaaa' ", size);
}

static void a_long_line_is_quoted_around_the_place(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };
    struct strbuf quoted = { 0 };
    struct read_text read;

    strbuf_puts(&text, "a = \"");
    for (int i = 0; i < 1000000; i++)
        strbuf_putc(&text, 'x');
    strbuf_puts(&text, "\" oops\n");
    read_bytes(&read, text.text, text.length);
    config_diags_render(&read.diags, CONFIG_RENDER_QUOTE, &quoted);
    assert_true(quoted.length < 1000);
    assert_non_null(strstr(quoted.text, "...xxx"));
    assert_non_null(strstr(quoted.text, "oops\n"));
    strbuf_dispose(&quoted);
    read_dispose(&read);
}

static void an_order_mark_says_how_the_file_was_saved(void **state)
{
    static const char utf16[] = "\xff\xfe"
                                "n\0a\0m\0e\0";
    struct read_text read;

    read_text(&read, "\xef\xbb\xbfname = 't'\nmemory = 64\n");
    assert_string_equal(read.said.text,
                        "t.cfg:1:1: error: a byte order mark, which xl's "
                        "files must not have\n"
                        "  hint: remove it with: sed -i "
                        "'1s/^\\xef\\xbb\\xbf//' FILE\n");
    read_dispose(&read);
    read_bytes(&read, utf16, sizeof(utf16) - 1);
    assert_string_equal(read.said.text,
                        "t.cfg:1:1: error: this is UTF-16\n"
                        "  hint: save the file as UTF-8; nothing of it was "
                        "read\n");
    read_dispose(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_values_have_their_places),
        cmocka_unit_test(a_place_inside_a_string_counts_escapes),
        cmocka_unit_test(the_last_assignment_wins_and_is_noted),
        cmocka_unit_test(adding_extends_strings_and_lists),
        cmocka_unit_test(overrides_come_last_and_have_a_place),
        cmocka_unit_test(every_mistake_of_a_file_is_found_in_one_run),
        cmocka_unit_test(lists_nest_to_a_limit),
        cmocka_unit_test(a_nul_byte_is_one_error_wherever_it_is),
        cmocka_unit_test(control_characters_do_not_reach_the_terminal),
        cmocka_unit_test(hostile_texts_end_soon),
        cmocka_unit_test(a_long_line_is_quoted_around_the_place),
        cmocka_unit_test(an_order_mark_says_how_the_file_was_saved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
