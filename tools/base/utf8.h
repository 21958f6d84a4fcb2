/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, <= U+10FFFF. */
#ifndef XENITH_BASE_UTF8_H
#define XENITH_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the character at the beginning of a NUL-ended text. Returns its
 * length in bytes (1 to 4), or 0 if what stands there is no valid UTF-8 or the
 * text is at its end.
 */
size_t utf8_decode(const char *text, uint32_t *rune);

#endif
