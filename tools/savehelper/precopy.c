/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/precopy.h"

#include <string.h>

#include "base/mem.h"
#include "base/number.h"

void precopy_format(const struct precopy *precopy, struct strbuf *text)
{
    strbuf_printf(text, "downtime=%u rounds=%u busy=%s",
                  precopy->max_downtime_ms, precopy->max_rounds,
                  precopy->abort_if_busy ? "abort" : "stop");
}

/* The value of "NAME=VALUE", or NULL if the word is another. */
static const char *value_of(const char *word, const char *name)
{
    size_t length = strlen(name);

    if (word == NULL || strncmp(word, name, length) != 0 || word[length] != '=')
        return NULL;
    return word + length + 1;
}

static bool read_number(const char *word, const char *name, uint32_t max,
                        uint32_t *value)
{
    const char *text = value_of(word, name);
    uint64_t number;

    if (text == NULL || !number_parse_u64(text, max, &number))
        return false;
    *value = (uint32_t)number;
    return true;
}

static bool read_busy(const char *word, bool *abort_if_busy)
{
    const char *text = value_of(word, "busy");

    if (text == NULL || (strcmp(text, "stop") != 0 && strcmp(text, "abort")))
        return false;
    *abort_if_busy = strcmp(text, "abort") == 0;
    return true;
}

int precopy_parse(const char *text, struct precopy *precopy, struct error *err)
{
    cleanup_free char *copy = mem_strdup(text);
    char *next = copy;

    *precopy = (struct precopy){ 0 };
    if (read_number(strsep(&next, " "), "downtime", PRECOPY_DOWNTIME_MAX_MS,
                    &precopy->max_downtime_ms) &&
        read_number(strsep(&next, " "), "rounds", PRECOPY_ROUNDS_MAX,
                    &precopy->max_rounds) &&
        read_busy(strsep(&next, " "), &precopy->abort_if_busy) && next == NULL)
        return 0;
    *precopy = (struct precopy){ 0 };
    return error_set(err, ERR_CONFIG,
                     "'%s' is not as \"downtime=MS rounds=N busy=stop\"", text);
}

static int parse_value(const char *option, const char *value, uint32_t max,
                       uint32_t *number, struct error *err)
{
    uint64_t found;

    if (!number_parse_u64(value, max, &found) || found == 0)
        return error_set(err, ERR_USAGE, "%s: '%s' is no number from 1 to %u",
                         option, value, max);
    *number = (uint32_t)found;
    return 0;
}

int precopy_parse_downtime(const char *value, struct precopy *precopy,
                           struct error *err)
{
    return parse_value("--max-downtime", value, PRECOPY_DOWNTIME_MAX_MS,
                       &precopy->max_downtime_ms, err);
}

int precopy_parse_rounds(const char *value, struct precopy *precopy,
                         struct error *err)
{
    return parse_value("--max-rounds", value, PRECOPY_ROUNDS_MAX,
                       &precopy->max_rounds, err);
}
