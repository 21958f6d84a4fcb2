/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/log_view.h"

#include <time.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/stamp.h"
#include "host/lookup.h"
#include "show/show.h"
#include "xn/format.h"

static void show_text(const struct log_line *line)
{
    cleanup_free char *text = show_safe(line->text);
    cleanup_free char *stamp = format_time(line->time);

    show_printf("%s %-12s %s\n", stamp, line->source, text);
}

static void show_as_json(const struct log_line *line)
{
    struct json_writer *json = show_json_begin_line("log");

    json_add_double(json, "time", line->time);
    json_add_string(json, "source", line->source);
    json_add_string(json, "text", line->text);
    show_json_end(json);
}

static int show_lines(const struct log_lines *lines, double since, bool as_json,
                      struct error *err)
{
    VEC_EACH (&lines->list, line) {
        if (line->time < since)
            continue;
        if (as_json)
            show_as_json(line);
        else
            show_text(line);
    }
    return show_finish(err);
}

static int show_logs(const struct invocation *inv, struct logs *logs,
                     double since, struct error *err)
{
    bool as_json = invocation_count(inv, "json") > 0;
    bool follows = invocation_count(inv, "follow") > 0;
    cleanup_close int watch = -1;
    double now = 0;

    for (;;) {
        cleanup_log_lines struct log_lines lines = { 0 };
        logs_read(logs, now, &lines);
        if (show_lines(&lines, since, as_json, err) < 0)
            return -1;
        if (!follows)
            return 0;
        if (logs_wait(&watch, err) < 0)
            return -1;
        now = (double)time(NULL);
    }
}

int log_view_run(const struct invocation *inv, struct logs *logs,
                 struct error *err)
{
    const char *text = invocation_value(inv, "since");
    double since = 0;

    if (text != NULL && !stamp_parse_since(text, time(NULL), &since)) {
        error_set(err, ERR_USAGE, "--since: '%s' is no time", text);
        error_hint(err, "10m, 2h, 2026-11-23 and 2026-11-23T09:30:00 are");
        return -1;
    }
    return show_logs(inv, logs, since, err);
}

char *log_view_name(const struct invocation *inv, const char *word)
{
    uint32_t domid;

    if (lookup_domain(inv->host, word, &domid, NULL) == 0) {
        cleanup_free char *name = lookup_name(inv->host, domid);
        if (name[0] != '\0')
            return steal(name);
    }
    return mem_strdup(word);
}

const struct option_row log_view_options[] = {
    { 'f', "follow", OPTION_FLAG, NULL, "Goes on with what is logged later" },
    { 0, "since", OPTION_VALUE, "TIME",
      "Leaves out what is older: 10m, 2h, 1d, 2026-11-23" },
    { 0, "json", OPTION_FLAG, NULL,
      "Prints a JSON document (xn.log/1) for each line" },
    { 0 },
};
