/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ways to write a setting down, of which each file has some by chance. */
#include <string.h>

#include "base/mem.h"
#include "generator.h"

static void add_blank(struct generator *generator)
{
    static const char *const blanks[] = { "", " ", " ", "\t", "  " };

    strbuf_puts(&generator->text, DRAW_ONE(&generator->seed, blanks));
}

static void put_operator(struct generator *generator, const char *key,
                         const char *operator)
{
    strbuf_puts(&generator->text, key);
    add_blank(generator);
    strbuf_puts(&generator->text, operator);
    add_blank(generator);
}

void put_key(struct generator *generator, const char *key)
{
    generator_use(generator, key);
    put_operator(generator, key, "=");
}

void put_end(struct generator *generator)
{
    static const char *const ends[] = { "\n",   "\n", "\n",          "\n",
                                        "\n\n", ";",  " # comment\n" };

    strbuf_puts(&generator->text, DRAW_ONE(&generator->seed, ends));
}

void put_text(struct generator *generator, const char *text)
{
    char quote = pick(generator, 2) ? '"' : '\'';

    strbuf_putc(&generator->text, quote);
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            strbuf_puts(&generator->text, "\\n");
        else if (*text == quote || *text == '\\' || *text == '\t')
            strbuf_printf(&generator->text, "\\%c",
                          *text == '\t' ? 't' : *text);
        else
            strbuf_putc(&generator->text, *text);
    }
    strbuf_putc(&generator->text, quote);
}

/* A digit, then digits, a to f and x: what needs no quotes. */
static bool is_bare(const char *text)
{
    return *text >= '0' && *text <= '9' &&
           text[strspn(text, "0123456789abcdefx")] == '\0';
}

void put_atom(struct generator *generator, const char *text)
{
    if (is_bare(text) && pick(generator, 3) > 0)
        strbuf_puts(&generator->text, text);
    else
        put_text(generator, text);
}

void put_number(struct generator *generator, long number)
{
    static const char *const forms[] = { "%ld", "%ld", "%ld", "0x%lx", "0%lo" };
    const char *form = DRAW_ONE(&generator->seed, forms);
    cleanup_free char *text = NULL;

    if (number < 0)
        form = "%ld";
    text = *form == '%'     ? mem_printf("%ld", number)
           : form[1] == 'x' ? mem_printf("0x%lx", (unsigned long)number)
                            : mem_printf("0%lo", (unsigned long)number);
    put_atom(generator, text);
}

void put_string(struct generator *generator, const char *key, const char *text)
{
    size_t half = strlen(text) / 2;
    cleanup_free char *first = mem_strndup(text, half);

    put_key(generator, key);
    if (pick(generator, 8) > 0) {
        put_text(generator, text);
        return;
    }
    put_text(generator, first);
    put_end(generator);
    put_operator(generator, key, "+=");
    put_text(generator, text + half);
}

/* What stands before an item of a list, or before its end. */
static void put_separator(struct generator *generator, const char *key,
                          bool first)
{
    static const char *const gaps[] = { "", " ", "\n", " # first\n\t", "\n  " };

    if (!first && pick(generator, 6) == 0) {
        strbuf_puts(&generator->text, "]");
        put_end(generator);
        put_operator(generator, key, "+=");
        strbuf_puts(&generator->text, "[");
    } else if (!first) {
        strbuf_puts(&generator->text, ",");
    }
    strbuf_puts(&generator->text, DRAW_ONE(&generator->seed, gaps));
}

static void close_list(struct generator *generator, bool empty)
{
    static const char *const closes[] = { "]", " ]", ",]", "\n]", ", ]" };

    strbuf_puts(&generator->text,
                empty ? "]" : DRAW_ONE(&generator->seed, closes));
}

void put_pattern_list(struct generator *generator, const char *key,
                      const char *pattern)
{
    unsigned int items = pick(generator, 4);

    put_key(generator, key);
    strbuf_putc(&generator->text, '[');
    for (unsigned int i = 0; i < items; i++) {
        cleanup_strbuf struct strbuf item = { 0 };

        strbuf_puts(&item, "");
        generate_pattern(generator, pattern, &item);
        put_separator(generator, key, i == 0);
        put_atom(generator, item.text);
    }
    close_list(generator, items == 0);
}

void put_devices(struct generator *generator, const char *key)
{
    unsigned int items = 1 + pick(generator, 3);

    put_key(generator, key);
    strbuf_putc(&generator->text, '[');
    for (unsigned int i = 0; i < items; i++) {
        cleanup_strbuf struct strbuf item = { 0 };

        generate_item(generator, key, &item);
        put_separator(generator, key, i == 0);
        put_text(generator, item.text);
    }
    close_list(generator, false);
}
