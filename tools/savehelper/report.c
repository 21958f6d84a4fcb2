/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"

static const char *const words[] = {
    [REPORT_ROUND] = "round",
    [REPORT_STOP] = "stop",
    [REPORT_BUSY] = "busy",
    [REPORT_STOCK] = "stock",
};

static void format_round(const struct report *report, struct strbuf *text)
{
    strbuf_printf(text, " %u %" PRIu64, report->round, report->sent);
    if (report->dirty < 0)
        strbuf_puts(text, " -");
    else
        strbuf_printf(text, " %" PRId64, report->dirty);
    strbuf_printf(text, " %" PRIu64, report->ms);
}

void report_format(const struct report *report, struct strbuf *text)
{
    strbuf_puts(text, words[report->kind]);
    if (report->kind == REPORT_ROUND)
        format_round(report, text);
    else if (report->kind == REPORT_STOCK)
        strbuf_printf(text, " %.*s", (int)strcspn(report->why, "\n"),
                      report->why);
    else
        strbuf_printf(text, " %u %" PRIu64, report->round, report->ms);
    strbuf_putc(text, '\n');
}

/* The next word as a number. */
static bool next_number(char **rest, uint64_t *value)
{
    const char *word = strsep(rest, " ");

    return word != NULL && number_parse_u64(word, INT64_MAX, value);
}

static bool next_dirty(char **rest, int64_t *dirty)
{
    const char *word = strsep(rest, " ");
    uint64_t value;

    *dirty = -1;
    if (word == NULL || strcmp(word, "-") == 0)
        return word != NULL;
    if (!number_parse_u64(word, INT64_MAX, &value))
        return false;
    *dirty = (int64_t)value;
    return true;
}

static bool next_round(char **rest, uint32_t *round)
{
    const char *word = strsep(rest, " ");

    return word != NULL && number_parse_u32(word, round);
}

static bool parse_rest(char **rest, struct report *report)
{
    if (!next_round(rest, &report->round))
        return false;
    if (report->kind == REPORT_ROUND && (!next_number(rest, &report->sent) ||
                                         !next_dirty(rest, &report->dirty)))
        return false;
    return next_number(rest, &report->ms);
}

static bool find_kind(const char *word, enum report_kind *kind)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], word) == 0) {
            *kind = (enum report_kind)i;
            return true;
        }
    return false;
}

bool report_parse(const char *line, struct report *report)
{
    cleanup_free char *copy = mem_strdup(line);
    char *rest = copy;

    *report = (struct report){ .dirty = -1 };
    if (!find_kind(strsep(&rest, " "), &report->kind))
        return false;
    if (report->kind != REPORT_STOCK)
        return parse_rest(&rest, report) && rest == NULL;
    snprintf(report->why, sizeof(report->why), "%s", rest != NULL ? rest : "");
    return true;
}
