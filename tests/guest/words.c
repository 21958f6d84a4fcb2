/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "words.h"

#include "bytes.h"

#define MOST_RATE 1048576

bool word_is(const char *word, size_t length, const char *wanted)
{
    size_t i = 0;

    while (i < length && wanted[i] != '\0' && word[i] == wanted[i])
        i++;
    return i == length && wanted[i] == '\0';
}

static bool read_rate(const char *digits, size_t length, uint64_t *rate)
{
    uint64_t number = 0;

    for (size_t i = 0; i < length; i++) {
        if (digits[i] < '0' || digits[i] > '9' || number > MOST_RATE)
            return false;
        number = number * 10 + (uint64_t)(digits[i] - '0');
    }
    if (length == 0 || number > MOST_RATE)
        return false;
    *rate = number;
    return true;
}

bool word_rate(const char *word, size_t length, const char *name,
               uint64_t *rate)
{
    size_t prefix = strlen(name);

    return length > prefix && word_is(word, prefix, name) &&
           read_rate(word + prefix, length - prefix, rate);
}
