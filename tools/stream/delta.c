/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/delta.h"

#include <stdbool.h>

#include "stream/bytes.h"
#include "stream/frame.h"

#define WORD sizeof(uint64_t)
#define WORDS (STREAM_PAGE / WORD)
#define RUN_HEADER 4

static bool differs(const uint8_t *base, const uint8_t *page, size_t word)
{
    uint64_t old, new;

    memcpy(&old, base + word * WORD, WORD);
    memcpy(&new, page + word * WORD, WORD);
    return old != new;
}

size_t delta_make(const uint8_t *base, const uint8_t *page,
                  uint8_t out[DELTA_MAX])
{
    size_t length = 0, word = 0, end = 0;

    for (;;) {
        while (word < WORDS && !differs(base, page, word))
            word++;
        if (word == WORDS)
            return length;
        size_t skip = word - end;
        end = word;
        while (end < WORDS && differs(base, page, end))
            end++;
        size_t run = (end - word) * WORD;
        if (length + RUN_HEADER + run > DELTA_MAX)
            return 0;
        bytes_put_le16(out + length, (uint16_t)skip);
        bytes_put_le16(out + length + 2, (uint16_t)(end - word));
        memcpy(out + length + RUN_HEADER, page + word * WORD, run);
        length += RUN_HEADER + run;
        word = end;
    }
}

int delta_apply(uint8_t *page, const uint8_t *delta, size_t length)
{
    size_t word = 0;

    while (length >= RUN_HEADER) {
        word += bytes_get_le16(delta);
        size_t words = bytes_get_le16(delta + 2);
        delta += RUN_HEADER;
        length -= RUN_HEADER;
        if (word + words > WORDS || words * WORD > length)
            return -1;
        memcpy(page + word * WORD, delta, words * WORD);
        word += words;
        delta += words * WORD;
        length -= words * WORD;
    }
    return length == 0 ? 0 : -1;
}
