/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that grows. Zeroed is empty; text is always ended by a NUL. */
#ifndef XENITH_BASE_STRBUF_H
#define XENITH_BASE_STRBUF_H

#include <stddef.h>

struct strbuf {
    char *text; /* NULL while nothing was added; owned */
    size_t length;
    size_t room;
};

void strbuf_add(struct strbuf *buf, const char *bytes, size_t length);
void strbuf_puts(struct strbuf *buf, const char *text);
void strbuf_putc(struct strbuf *buf, char c);
void strbuf_printf(struct strbuf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Hands the text over (never NULL) and leaves the buffer empty. */
char *strbuf_take(struct strbuf *buf);

void strbuf_dispose(struct strbuf *buf);
#define cleanup_strbuf __attribute__((cleanup(strbuf_dispose)))

#endif
