/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/strbuf.h"

#include <stdarg.h>
#include <string.h>

#include "base/mem.h"

void strbuf_add(struct strbuf *buf, const char *bytes, size_t length)
{
    if (buf->room - buf->length < length + 1) {
        size_t room = buf->room ? buf->room : 64;
        while (room - buf->length < length + 1)
            room *= 2;
        buf->text = mem_realloc(buf->text, room, 1);
        buf->room = room;
    }
    if (length > 0)
        memcpy(buf->text + buf->length, bytes, length);
    buf->length += length;
    buf->text[buf->length] = '\0';
}

void strbuf_puts(struct strbuf *buf, const char *text)
{
    strbuf_add(buf, text, strlen(text));
}

void strbuf_putc(struct strbuf *buf, char c)
{
    strbuf_add(buf, &c, 1);
}

void strbuf_printf(struct strbuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cleanup_free char *text = mem_vprintf(format, args);
    va_end(args);
    strbuf_puts(buf, text);
}

char *strbuf_take(struct strbuf *buf)
{
    strbuf_add(buf, "", 0);
    char *text = buf->text;
    *buf = (struct strbuf){ 0 };
    return text;
}

void strbuf_dispose(struct strbuf *buf)
{
    free(buf->text);
    *buf = (struct strbuf){ 0 };
}
