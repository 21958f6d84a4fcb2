/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/answer.h"

#include <stdarg.h>
#include <string.h>

#include "base/mem.h"

#define NOTE "note: "

void answer_dispose(struct answer *answer)
{
    strbuf_dispose(&answer->reasons);
    strbuf_dispose(&answer->notes);
}

/* What goes to a terminal, or is one line of several, has no such bytes. */
static void add_line(struct strbuf *lines, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        strbuf_putc(lines, (unsigned char)text[i] < ' ' || text[i] == '\x7f'
                               ? ' '
                               : text[i]);
    strbuf_putc(lines, '\n');
}

void answer_add(struct answer *answer, bool fatal, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    cleanup_free char *line = mem_vprintf(format, args);
    va_end(args);
    add_line(fatal ? &answer->reasons : &answer->notes, line, strlen(line));
}

/* The line that text begins with; *rest is what follows it. */
static const char *take_line(const char *text, size_t *length,
                             const char **rest)
{
    *length = strcspn(text, "\n");
    *rest = text + *length + (text[*length] == '\n');
    return text;
}

void answer_format(const struct answer *answer, bool notes, struct strbuf *text)
{
    const char *rest = answer->notes.text;
    size_t length;

    strbuf_add(text, answer->reasons.text, answer->reasons.length);
    if (!notes || rest == NULL)
        return;
    while (*rest != '\0') {
        const char *line = take_line(rest, &length, &rest);

        strbuf_printf(text, NOTE "%.*s\n", (int)length, line);
    }
}

void answer_parse(const char *text, struct answer *answer)
{
    size_t length, prefix = strlen(NOTE);

    while (*text != '\0') {
        const char *line = take_line(text, &length, &text);
        bool note = strncmp(line, NOTE, prefix) == 0;
        size_t skip = note ? prefix : 0;

        if (length > skip)
            add_line(note ? &answer->notes : &answer->reasons, line + skip,
                     length - skip);
    }
}
