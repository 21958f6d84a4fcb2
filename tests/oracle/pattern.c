/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts: by a pattern, and odd ones. */
#include <string.h>

#include "generator.h"

static void add_word(struct generator *generator, struct strbuf *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    strbuf_putc(text, letters[pick(generator, 26)]);
    for (unsigned int more = pick(generator, 6); more > 0; more--)
        strbuf_putc(text, letters[pick(generator, sizeof(letters) - 1)]);
}

void generate_odd_text(struct generator *generator, struct strbuf *text)
{
    static const char *const parts[] = { " ", "=",   "#",        ";",
                                         "'", "\"",  "\\",       "\t",
                                         ",", "[x]", "\xc3\xbc", "/",
                                         "-", ".",   "%s",       "\xe2\x82\xac",
                                         "A", "0x1", ":",        "\n" };

    add_word(generator, text);
    for (unsigned int more = pick(generator, 5); more > 0; more--) {
        strbuf_puts(text, DRAW_ONE(&generator->seed, parts));
        add_word(generator, text);
    }
}

static void add_code(struct generator *generator, char code,
                     struct strbuf *text)
{
    switch (code) {
    case 'd':
        strbuf_printf(text, "%u", 1 + pick(generator, 99));
        break;
    case 'D':
        strbuf_printf(text, "%u", 1 + pick(generator, 7));
        break;
    case 'b':
        strbuf_printf(text, "%u", pick(generator, 2));
        break;
    case 'h':
        strbuf_printf(text, "%02x", pick(generator, 256));
        break;
    case 'p':
        strbuf_putc(text, '/');
        add_word(generator, text);
        strbuf_putc(text, '/');
        add_word(generator, text);
        break;
    case 'w':
        add_word(generator, text);
        break;
    case 'c':
        for (int i = 0; i < 32; i++)
            strbuf_putc(text, "01xks"[pick(generator, 5)]);
        break;
    default:
        strbuf_printf(text, "<no code %c>", code);
        break;
    }
}

void generate_pattern(struct generator *generator, const char *pattern,
                      struct strbuf *text)
{
    unsigned int alternatives = 1;
    unsigned int skip;

    if (pattern == NULL) {
        add_word(generator, text);
        return;
    }
    for (const char *p = pattern; *p != '\0'; p++)
        alternatives += *p == '|';
    for (skip = pick(generator, alternatives); skip > 0; skip--)
        pattern = strchr(pattern, '|') + 1;
    for (; *pattern != '\0' && *pattern != '|'; pattern++) {
        if (*pattern == '%')
            add_code(generator, *++pattern, text);
        else
            strbuf_putc(text, *pattern);
    }
}
