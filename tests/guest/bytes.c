/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bytes.h"

void *memcpy(void *to, const void *from, size_t length)
{
    void *result = to;

    __asm__ volatile("rep movsb"
                     : "+D"(to), "+S"(from), "+c"(length)
                     :
                     : "memory");
    return result;
}

void *memset(void *to, int byte, size_t length)
{
    void *result = to;

    __asm__ volatile("rep stosb"
                     : "+D"(to), "+c"(length)
                     : "a"(byte)
                     : "memory");
    return result;
}

size_t strlen(const char *text)
{
    const char *end = text;

    while (*end != '\0')
        end++;
    return (size_t)(end - text);
}
