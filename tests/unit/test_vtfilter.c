/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The filter for what guests write: each row says what goes in and what must
 * come out. Every row is fed whole, a byte at a time, and cut in two at every
 * place; the outcome must be the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/vtfilter.h"

struct row {
    const char *what;
    const char *in;
    const char *out;
};

static const struct row passes[] = {
    { "text", "hello, ~world", "hello, ~world" },
    { "harmless controls", "a\tb\bc\ad\r\n", "a\tb\bc\ad\r\n" },
    { "UTF-8", "h\u00e9 \u20ac \U0001f600", "h\u00e9 \u20ac \U0001f600" },
    { "the first character after C1", "\u00a0x", "\u00a0x" },
    { "colours", "\033[1;31mred\033[0m", "\033[1;31mred\033[0m" },
    { "direct colours", "\033[38:2::9:8:7mx", "\033[38:2::9:8:7mx" },
    { "cursor", "\033[2J\033[H\033[10;20Hx", "\033[2J\033[H\033[10;20Hx" },
    { "erase, insert, delete", "\033[K\033[2L\033[M\033[3P\033[@",
      "\033[K\033[2L\033[M\033[3P\033[@" },
    { "scrolling", "\033[2;20r\033[S\033[3T\033D\033M\033E",
      "\033[2;20r\033[S\033[3T\033D\033M\033E" },
    { "save and restore", "\0337x\0338\033[sx\033[u",
      "\0337x\0338\033[sx\033[u" },
    { "alternate screen", "\033[?1049h\033[?1049l", "\033[?1049h\033[?1049l" },
    { "key modes", "\033[?1h\033=\033[?1l\033>", "\033[?1h\033=\033[?1l\033>" },
    { "cursor's look", "\033[?25l\033[?25h\033[4 q",
      "\033[?25l\033[?25h\033[4 q" },
    { "bracketed paste", "\033[?2004h$ ", "\033[?2004h$ " },
    { "soft reset", "\033[!p", "\033[!p" },
    { "a control inside a sequence", "\033[3\n1mx", "\n\033[31mx" },
};

static const struct row drops[] = {
    { "clipboard, ended by BEL", "a\033]52;c;cm0gLXJm\007b", "ab" },
    { "clipboard, ended by ST", "a\033]52;c;cm0gLXJm\033\\b", "ab" },
    { "clipboard, 8-bit",
      "a\x9d"
      "52;c;cm0=\x9c"
      "b",
      "ab" },
    { "clipboard, C1 as UTF-8",
      "a\xc2\x9d"
      "52;c;cm0=\xc2\x9c"
      "b",
      "ab" },
    { "title", "a\033]0;\u2718 pwned\007b", "ab" },
    { "title with 0x9c in a character", "a\033]2;\u271c x\033\\b", "ab" },
    { "hyperlink", "\033]8;;http://x/\033\\t\033]8;;\033\\", "t" },
    { "title of screen", "a\033kname\033\\b", "ab" },
    { "palette of Linux", "a\033]P0ff00ffb", "ab" },
    { "palette reset of Linux", "a\033]Rb", "ab" },
    { "DCS", "a\033P$qm\033\\b", "ab" },
    { "DCS with lines", "a\033Pq#0\n#1\007#2\033\\b", "ab" },
    { "APC", "a\033_Gf=100;AAAA\033\\b", "ab" },
    { "PM", "a\033^x\033\\b", "ab" },
    { "SOS", "a\033Xx\033\\b", "ab" },
    { "DCS, 8-bit",
      "a\x90$qm\x9c"
      "b",
      "ab" },
    { "who are you", "a\033[cb\033[>c\033[=c\033[0cc\033Zd", "abcd" },
    { "where is the cursor", "a\033[6nb\033[5n\033[?6nc", "abc" },
    { "8-bit where is the cursor",
      "a\x9b"
      "6nb",
      "ab" },
    { "the same as UTF-8",
      "a\xc2\x9b"
      "6nb",
      "ab" },
    { "mode and setting requests", "a\033[?25$p\033[4$p\033[1x\033[>qb", "ab" },
    { "checksum", "a\033[1;1;1;1;9;9*yb", "ab" },
    { "answer-back", "a\005b", "ab" },
    { "window reports", "a\033[21tb\033[18t\033[8;1;1tc", "abc" },
    { "printing", "a\033[ib\033[5i\033[?5ic\033[4i", "abc" },
    { "keyboard lock", "a\033[2hb\033[12l\033[20hc", "abc" },
    { "keyboard modes", "a\033[>4;2mb\033[>1u\033[=1;1uc", "abc" },
    { "mouse", "a\033[?1000hb\033[?1002;1006hc\033[?1004h", "abc" },
    { "mouse tracking by T", "a\033[1;1;1;1;5Tb", "ab" },
    { "columns", "a\033[?3hb\033[?40h", "ab" },
    { "erasing what scrolled off", "a\033[3Jb", "ab" },
    { "full reset", "a\033cb", "ab" },
    { "tabulators", "a\033Hb\033[3gc", "abc" },
    { "character sets", "a\033(Ab\033%Gc\033 Fd\033#8e\033-Af", "abcdef" },
    { "locking shifts", "a\033nb\033oc\033|d\033}e\033~f", "abcdef" },
    { "C0", "a\001\002\004\013\014\020\021\023\034\037\177b", "ab" },
    { "C1",
      "a\x84"
      "b\x85"
      "c\x8d"
      "d\xc2\x84"
      "e",
      "abcde" },
    { "colon outside colours", "a\033[1:2Hb", "ab" },
    { "parameter after an intermediate", "a\033[ 1qb", "ab" },
    { "prefix in the middle", "a\033[1?25hb", "ab" },
    { "absurd count", "a\033[99999999999bb", "ab" },
    { "cancelled", "a\033[1\030b\033]0;x\032c", "abc" },
    { "sequence in a string", "a\033]0;x\033[31mb", "a\033[31mb" },
    { "string in a sequence", "a\033[3\033]0;x\007b", "ab" },
    { "text ends a sequence", "a\033[3\u00e9b", "a\u00e9b" },
    { "string that lost its end", "a\033]0;x\r\nb", "a\nb" },
};

static const struct row changes[] = {
    { "harmless of several modes", "\033[?3;4;5l\033[?1000;25;2004h",
      "\033[?5l\033[?25;2004h" },
    { "empty mode", "a\033[?hb\033[;4;h", "ab\033[4h" },
    { "line drawing, G0", "\033(0lqk\033(Blqk", "┌─┐lqk" },
    { "line drawing, G1", "\033)0\016x\017x", "│x" },
    { "line drawing, not letters", "\033(0AB {|}~", "AB π≠£·" },
    { "reset ends line drawing", "\033(0\033cq\033(0\033[!pq", "q\033[!pq" },
    { "Latin-1", "\xe9t\xe9.", "\ufffdt\ufffd." },
    { "overlong", "\xc0\xaf\xe0\x80\xaf", "\ufffd\ufffd\ufffd\ufffd" },
    { "surrogate", "\xed\xa0\x80", "\ufffd\ufffd" },
    { "truncated", "\xe2\x82x", "\ufffdx" },
    { "truncated before ESC", "\xf0\x9f\033[cx", "\ufffdx" },
};

static const struct row not_utf8[] = {
    { "characters", "h\u00e9\u26db\xe9.", "h???." },
    { "line drawing", "\033(0lqk\033(B", "+-+" },
    { "clipboard",
      "a\x9d"
      "52;c;x\x9c"
      "b",
      "ab" },
};

/* Feeds pieces of the row up to the cuts; the output, owned. */
static char *run(const char *in, size_t length, size_t cut, bool by_byte,
                 bool utf8)
{
    struct vtfilter filter;
    char *out = calloc(1, VTFILTER_ROOM(length) * 2 + 1);
    size_t used = 0;

    vtfilter_init(&filter, utf8);
    if (by_byte) {
        for (size_t i = 0; i < length; i++)
            used += vtfilter_feed(&filter, in + i, 1, out + used);
    } else {
        used += vtfilter_feed(&filter, in, cut, out + used);
        used += vtfilter_feed(&filter, in + cut, length - cut, out + used);
    }
    out[used] = '\0';
    return out;
}

static void check(const struct row *row, size_t cut, bool by_byte, bool utf8)
{
    char *out = run(row->in, strlen(row->in), cut, by_byte, utf8);

    if (strcmp(out, row->out) != 0)
        print_error("%s, cut at %zu%s\n", row->what, cut,
                    by_byte ? ", by bytes" : "");
    assert_string_equal(out, row->out);
    free(out);
}

static void check_rows(const struct row *rows, size_t count, bool utf8)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t cut = 0; cut <= strlen(rows[i].in); cut++)
            check(&rows[i], cut, false, utf8);
        check(&rows[i], 0, true, utf8);
    }
}

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void test_harmless_passes_unchanged(void **state)
{
    for (size_t i = 0; i < COUNT(passes); i++)
        if (strchr(passes[i].in, '\n') == NULL)
            assert_string_equal(passes[i].in, passes[i].out);
    check_rows(passes, COUNT(passes), true);
}

static void test_dangerous_leaves_no_residue(void **state)
{
    check_rows(drops, COUNT(drops), true);
}

static void test_partly_harmless_is_rewritten(void **state)
{
    check_rows(changes, COUNT(changes), true);
}

static void test_terminal_without_utf8_gets_ascii(void **state)
{
    check_rows(not_utf8, COUNT(not_utf8), false);
}

/* Given a string without an end, the console comes back after the cap. */
static void test_endless_string_is_given_up(void **state)
{
    static const char *const begins[] = { "\033]0;", "\033P", "\033_",
                                          "\033^",   "\033X", "\x9d" };

    for (size_t i = 0; i < COUNT(begins); i++) {
        size_t length = VTFILTER_STRING_MAX + 100;
        char *in = calloc(1, length + 1);
        memset(in, 'x', length);
        memcpy(in, begins[i], strlen(begins[i]));
        char *out = run(in, length, 1000, false, true);
        assert_in_range(strlen(out), 1, 110);
        free(out);
        free(in);
    }
}

/* The same for a control sequence: given up, or ended by its first letter. */
static void test_endless_sequence_is_given_up(void **state)
{
    char in[10001] = "\033[";
    memset(in + 2, '1', sizeof(in) - 3);
    char *out = run(in, sizeof(in) - 1, 5, false, true);
    assert_in_range(strlen(out), 1, sizeof(in));
    free(out);

    memset(in + 2, '1', 400);
    strcpy(in + 402, "mok");
    out = run(in, strlen(in), 300, false, true);
    assert_string_equal(out, "ok");
    free(out);
}

/* Whatever comes in, only what is on the list comes out. */
static void test_noise_stays_clean(void **state)
{
    unsigned char in[512];
    char out[VTFILTER_ROOM(sizeof(in))];
    struct vtfilter filter;

    srand(1);
    vtfilter_init(&filter, false);
    for (int round = 0; round < 2000; round++) {
        for (size_t i = 0; i < sizeof(in); i++)
            in[i] = (unsigned char)(rand() % 5 == 0 ? 033 : rand());
        size_t length = vtfilter_feed(&filter, in, sizeof(in), out);
        assert_in_range(length, 0, sizeof(out));
        for (size_t i = 0; i < length; i++) {
            unsigned char c = (unsigned char)out[i];
            assert_true(c < 0x7f);
            assert_true(c >= 0x20 || strchr("\a\b\t\n\r\033", c) != NULL);
            assert_true(c != 033 || i + 1 == length ||
                        strchr("[78DEM=>", out[i + 1]) != NULL);
        }
    }
}

static void test_undo_takes_back_what_was_left_set(void **state)
{
    static const struct row rows[] = {
        { "nothing", "plain\033[H", "" },
        { "set and reset", "\033[?1049h\033[?1049l\033[?25l\033[?25h", "" },
        { "colours", "\033[31mx", "\033[0m" },
        { "screen, cursor, keys", "\033[?1049;25;1h\033[?25l\033=",
          "\033[?1049l\033[?1l\033>\033[?25h" },
        { "region", "\033[1;5r", "\0337\033[r\0338" },
        { "paste", "\033[?2004h", "\033[?2004l" },
        { "all",
          "\033[m\033[r\033[4h\033[?1;5;6;47;2004h\033[?7;25l\033=\033[q"
          "\033[2 q",
          "\033[?1049l\033[?6l\0337\033[r\0338\033[0m\033[?1l\033>\033[?5l"
          "\033[?7h\033[?25h\033[?2004l\033[4l\033[0 q" },
    };
    struct vtfilter filter;
    char out[1024];

    vtfilter_init(&filter, true);
    for (size_t i = 0; i < COUNT(rows); i++) {
        vtfilter_feed(&filter, rows[i].in, strlen(rows[i].in), out);
        size_t length = vtfilter_undo(&filter, out);
        assert_in_range(length, 0, VTFILTER_UNDO_ROOM);
        out[length] = '\0';
        assert_string_equal(out, rows[i].out);
        assert_int_equal(vtfilter_undo(&filter, out), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_harmless_passes_unchanged),
        cmocka_unit_test(test_dangerous_leaves_no_residue),
        cmocka_unit_test(test_partly_harmless_is_rewritten),
        cmocka_unit_test(test_terminal_without_utf8_gets_ascii),
        cmocka_unit_test(test_endless_string_is_given_up),
        cmocka_unit_test(test_endless_sequence_is_given_up),
        cmocka_unit_test(test_noise_stays_clean),
        cmocka_unit_test(test_undo_takes_back_what_was_left_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
