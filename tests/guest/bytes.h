/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a C library would bring; gcc itself calls the first two. */
#ifndef XENITH_GUEST_BYTES_H
#define XENITH_GUEST_BYTES_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
size_t strlen(const char *text);

#endif
