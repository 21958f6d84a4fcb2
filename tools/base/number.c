/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/number.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* Reads digits; returns the first character after them, NULL if none fit. */
static const char *parse_digits(const char *text, uint64_t max, uint64_t *value)
{
    uint64_t sum = 0;
    const char *c = text;

    for (; *c >= '0' && *c <= '9'; c++) {
        unsigned int digit = (unsigned int)(*c - '0');
        if (digit > max || sum > (max - digit) / 10)
            return NULL;
        sum = sum * 10 + digit;
    }
    if (c == text)
        return NULL;
    *value = sum;
    return c;
}

bool number_parse_u64(const char *text, uint64_t max, uint64_t *value)
{
    uint64_t sum;
    const char *end = parse_digits(text, max, &sum);

    if (end == NULL || *end != '\0')
        return false;
    *value = sum;
    return true;
}

bool number_parse_u32(const char *text, uint32_t *value)
{
    uint64_t wide;

    if (!number_parse_u64(text, UINT32_MAX, &wide))
        return false;
    *value = (uint32_t)wide;
    return true;
}

bool number_parse_size_kib(const char *text, uint64_t *kib)
{
    uint64_t sum;
    const char *unit = parse_digits(text, UINT64_MAX, &sum);
    unsigned int shift;

    if (unit == NULL)
        return false;
    switch (tolower((unsigned char)*unit)) {
    case 't':
        shift = 30;
        break;
    case 'g':
        shift = 20;
        break;
    case '\0':
    case 'm':
        shift = 10;
        break;
    case 'k':
        shift = 0;
        break;
    case 'b':
        if (unit[1] != '\0')
            return false;
        *kib = sum >> 10;
        return true;
    default:
        return false;
    }
    if ((unit[0] != '\0' && unit[1] != '\0') || sum > (UINT64_MAX >> shift))
        return false;
    *kib = sum << shift;
    return true;
}

bool number_parse_bytes(const char *text, uint64_t *bytes)
{
    static const char units[] = "kmgt";
    uint64_t sum;
    const char *unit = parse_digits(text, UINT64_MAX, &sum);
    unsigned int shift = 0;

    if (unit == NULL)
        return false;
    if (*unit != '\0') {
        const char *known = strchr(units, tolower((unsigned char)*unit));
        if (known == NULL || unit[1] != '\0')
            return false;
        shift = 10 * (unsigned int)(known - units + 1);
    }
    if (sum > (UINT64_MAX >> shift))
        return false;
    *bytes = sum << shift;
    return true;
}
