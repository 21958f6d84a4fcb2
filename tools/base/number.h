/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strict numbers from text: the whole text, in range, or not at all. */
#ifndef XENITH_BASE_NUMBER_H
#define XENITH_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Decimal, no sign, no blanks; false leaves *value alone. */
bool number_parse_u64(const char *text, uint64_t max, uint64_t *value);
bool number_parse_u32(const char *text, uint32_t *value);

/*
 * A size as xl's mem-set takes it: decimal with an optional t, g, m, k or b
 * (either case), MiB without one; *kib is rounded down.
 */
bool number_parse_size_kib(const char *text, uint64_t *kib);

/*
 * A number of bytes: decimal with an optional t, g, m or k (either case, powers
 * of 1024).
 */
bool number_parse_bytes(const char *text, uint64_t *bytes);

#endif
