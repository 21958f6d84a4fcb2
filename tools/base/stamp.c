/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/stamp.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"

/* So many digits at *text, which is moved on; false leaves it alone. */
static bool take_digits(const char **text, int count, int *number)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (!isdigit((unsigned char)(*text)[i]))
            return false;
        value = value * 10 + ((*text)[i] - '0');
    }
    *text += count;
    *number = value;
    return true;
}

static bool take(const char **text, const char *one_of)
{
    if (**text == '\0' || strchr(one_of, **text) == NULL)
        return false;
    (*text)++;
    return true;
}

static bool take_day(const char **text, struct tm *parts)
{
    const char *at = *text;

    if (!take_digits(&at, 4, &parts->tm_year) || !take(&at, "-") ||
        !take_digits(&at, 2, &parts->tm_mon) || !take(&at, "-") ||
        !take_digits(&at, 2, &parts->tm_mday))
        return false;
    parts->tm_year -= 1900;
    parts->tm_mon -= 1;
    parts->tm_isdst = -1;
    *text = at;
    return parts->tm_mon >= 0 && parts->tm_mon < 12 && parts->tm_mday >= 1 &&
           parts->tm_mday <= 31;
}

static bool take_clock(const char **text, struct tm *parts, double *fraction)
{
    const char *at = *text;

    if (!take_digits(&at, 2, &parts->tm_hour) || !take(&at, ":") ||
        !take_digits(&at, 2, &parts->tm_min) || !take(&at, ":") ||
        !take_digits(&at, 2, &parts->tm_sec))
        return false;
    double unit = 0.1;
    if (take(&at, "."))
        for (int digit; take_digits(&at, 1, &digit); unit /= 10)
            *fraction += digit * unit;
    *text = at;
    return parts->tm_hour < 24 && parts->tm_min < 60 && parts->tm_sec < 61;
}

/* *east: seconds east of Greenwich. false: the zone is not told. */
static bool take_zone(const char **text, long *east)
{
    const char *at = *text;
    int hours, minutes;

    *east = 0;
    if (take(text, "Z"))
        return true;
    if ((*at != '+' && *at != '-') || !isdigit((unsigned char)at[1]))
        return false;
    long sign = *at++ == '-' ? -1 : 1;
    if (!take_digits(&at, 2, &hours))
        return false;
    take(&at, ":");
    if (!take_digits(&at, 2, &minutes))
        return false;
    *east = sign * (hours * 3600L + minutes * 60L);
    *text = at;
    return true;
}

static bool take_stamp(const char **text, double *seconds)
{
    struct tm parts = { 0 };
    double fraction = 0;
    long east;

    if (!take_day(text, &parts) || !take(text, "T ") ||
        !take_clock(text, &parts, &fraction))
        return false;
    bool has_zone = take_zone(text, &east);
    time_t whole = has_zone ? timegm(&parts) - east : mktime(&parts);
    *seconds = (double)whole + fraction;
    return true;
}

bool stamp_parse_line(const char *line, double *seconds, size_t *length)
{
    const char *at = line;
    bool bracketed = take(&at, "[");

    if (!take_stamp(&at, seconds) || (bracketed && !take(&at, "]")) ||
        (*at != ' ' && *at != ':' && *at != '\0'))
        return false;
    at += strspn(at, ": ");
    *length = (size_t)(at - line);
    return true;
}

static bool parse_ago(const char *text, time_t now, double *seconds)
{
    static const struct {
        char letter;
        uint64_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    size_t length = strlen(text);

    for (size_t i = 0; length > 1 && i < sizeof(units) / sizeof(units[0]);
         i++) {
        cleanup_free char *number = mem_strndup(text, length - 1);
        uint64_t count;
        if (text[length - 1] != units[i].letter)
            continue;
        if (!number_parse_u64(number, UINT32_MAX, &count))
            return false;
        *seconds = (double)now - (double)(count * units[i].seconds);
        return true;
    }
    return false;
}

bool stamp_parse_since(const char *text, time_t now, double *seconds)
{
    struct tm parts = { 0 };
    const char *at = text;

    if (parse_ago(text, now, seconds))
        return true;
    if (take_stamp(&at, seconds))
        return *at == '\0';
    at = text;
    if (!take_day(&at, &parts) || *at != '\0')
        return false;
    *seconds = (double)mktime(&parts);
    return true;
}

void stamp_now(char text[STAMP_SIZE])
{
    time_t now = time(NULL);
    struct tm local;

    text[0] = '\0';
    if (localtime_r(&now, &local) != NULL)
        strftime(text, STAMP_SIZE, "%Y-%m-%dT%H:%M:%S%z", &local);
}
