/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What changed in a page, as runs of changed words: u16 words to skip, u16
 * words that follow with their new content. A word is 8 bytes.
 */
#ifndef XENITH_STREAM_DELTA_H
#define XENITH_STREAM_DELTA_H

#include <stddef.h>
#include <stdint.h>

/* A longer delta gains nothing over the page, which compresses better. */
#define DELTA_MAX 3072

/* Yields the delta's length, or 0 if it would be longer than DELTA_MAX. */
size_t delta_make(const uint8_t *base, const uint8_t *page,
                  uint8_t out[DELTA_MAX]);

/* Changes the page; -1 if the delta is malformed. */
int delta_apply(uint8_t *page, const uint8_t *delta, size_t length);

#endif
