/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mistakes: of the fingers, of the editor, and of the head. */
#include <string.h>

#include "base/mem.h"
#include "generator.h"

/* Values that are wrong for most keys, and right for some. */
static const char *const odd_values[] = {
    "1",        "''",
    "'x'",      "[ ]",
    "[ 1 ]",    "[ 'x' ]",
    "[['a']]",  "'-1'",
    "0x",       "09",
    "1a",       "'1 '",
    "' 1'",     "[ '' ]",
    "'none'",   "'0'",
    "'1,2'",    "''''",
    "[ 'x=' ]", "[ '=x' ]",
    "'a=b,c'",  "[ 'a', [ 'b' ] ]",
};

static const char *const odd_bytes[] = { "'",  "\"", "[", "]", ",",  "=",
                                         "\n", ";",  "#", "A", "\\", "-",
                                         "x",  "0",  " ", ":", "@",  "+" };

/* text[at..at + cut] becomes `with`. */
static char *splice(const char *text, size_t at, size_t cut, const char *with)
{
    return mem_printf("%.*s%s%s", (int)at, text, with, text + at + cut);
}

/* The place behind the `=` of an assignment drawn; its length up to the end
 * of the line. */
static size_t find_value(struct generator *generator, const char *text,
                         size_t *length)
{
    size_t size = strlen(text);
    size_t from = pick(generator, (unsigned int)size);
    const char *equals = strchr(text + from, '=');

    if (equals == NULL)
        equals = strchr(text, '=');
    *length = strcspn(equals + 1, "\n;");
    return (size_t)(equals + 1 - text);
}

static char *spoil_once(struct generator *generator, const char *text)
{
    size_t size = strlen(text);
    size_t at = pick(generator, (unsigned int)size);
    size_t length;

    switch (pick(generator, 8)) {
    case 0: /* a byte is lost */
        return splice(text, at, 1, "");
    case 1: /* one too many */
        return splice(text, at, 0, DRAW_ONE(&generator->seed, odd_bytes));
    case 2: /* another one */
        return splice(text, at, 1, DRAW_ONE(&generator->seed, odd_bytes));
    case 3: /* a hole */
        length = 1 + pick(generator, 8);
        return splice(text, at, length < size - at ? length : size - at, "");
    default: /* another value; most mistakes are of this kind */
        at = find_value(generator, text, &length);
        return splice(text, at, length, DRAW_ONE(&generator->seed, odd_values));
    }
}

char *generator_spoilt(struct generator *generator)
{
    char *text = generator_file(generator);
    char *ended;

    for (unsigned int times = 1 + pick(generator, 2); times > 0; times--) {
        char *spoilt = spoil_once(generator, text);

        free(text);
        text = spoilt;
        if (strchr(text, '=') == NULL)
            break;
    }
    /* A comment on a last line without its newline xl refuses. */
    ended = mem_printf("%s\n", text);
    free(text);
    return ended;
}
