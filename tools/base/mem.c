/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void *mem_check(void *memory)
{
    static const char text[] = "xenith: out of memory\n";

    if (memory == NULL) {
        ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);
        (void)written;
        abort();
    }
    return memory;
}

void mem_settle(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MXFAST, 0);
}

void *mem_zalloc(size_t count, size_t size)
{
    return mem_check(calloc(count ? count : 1, size ? size : 1));
}

void *mem_realloc(void *old, size_t count, size_t size)
{
    return mem_check(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *mem_strdup(const char *text)
{
    return mem_check(strdup(text));
}

char *mem_strndup(const char *text, size_t length)
{
    return mem_check(strndup(text, length));
}

char *mem_copy_text(const char *text, size_t length)
{
    char *copy = mem_check(malloc(length + 1));

    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *mem_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    return text;
}

char *mem_vprintf(const char *format, va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    return mem_check(text);
}
