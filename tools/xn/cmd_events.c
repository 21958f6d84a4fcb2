/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to the guests of this host, as it happens. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"
#include "domain/life/supervisor.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"

/* Events that were lost may have been about any guest. */
static bool is_wanted(const struct json_value *event, const char *guest)
{
    return guest == NULL || json_get(event, "name") == NULL ||
           supervisor_is_about(event, guest);
}

static void show_stamp(double time)
{
    cleanup_free char *text = format_time(time);

    show_printf("%s", text);
}

static void show_word(const char *before, const struct json_value *value,
                      const char *after)
{
    const char *text = json_as_string(value);

    if (text == NULL)
        return;
    cleanup_free char *safe = show_safe(text);
    show_printf("%s%s%s", before, safe, after);
}

/* 2026-11-23T09:30:00.125 web1 (5) attached: vif/0 */
static void show_text(const struct json_value *event)
{
    uint64_t number = 0;
    double time;

    if (json_as_double(json_get(event, "time"), &time))
        show_stamp(time);
    show_word(" ", json_get(event, "name"), "");
    if (json_as_uint(json_get(event, "domid"), &number))
        show_printf(" (%" PRIu64 ")", number);
    show_word(" ", json_get(event, "event"), "");
    show_word(": ", json_get(event, "device"), "");
    show_word(" (", json_get(event, "host"), ")");
    show_word(": ", json_get(event, "cause"), "");
    if (json_as_uint(json_get(event, "count"), &number))
        show_printf(": %" PRIu64 " events, as they were not read in time",
                    number);
    show_printf("\n");
}

static void show_as_json(const struct json_value *event)
{
    struct json_writer *json = show_json_begin_line("event");

    for (size_t i = 0; i < json_count(event); i++) {
        json_key(json, json_item_key(event, i));
        json_value(json, json_item(event, i));
    }
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    const char *guest = inv->word_count > 0 ? inv->words[0] : NULL;
    cleanup_supervisor struct supervisor supervisor = SUPERVISOR_INIT;
    bool as_json = invocation_count(inv, "json") > 0;

    if (supervisor_ask(&supervisor, SUPERVISOR_SUBSCRIBE, NULL, err) < 0)
        return -1;
    for (;;) {
        cleanup_json_value struct json_value *event = NULL;
        if (supervisor_follow(&supervisor, CLOCK_NEVER, CLOCK_NEVER, &event,
                              err) < 0)
            return -1;
        if (event == NULL || !is_wanted(event, guest))
            continue;
        if (as_json)
            show_as_json(event);
        else
            show_text(event);
        if (show_finish(err) < 0)
            return -1;
    }
}

static const struct option_row options[] = {
    { 0, "json", OPTION_FLAG, NULL,
      "Prints a JSON document (xn.event/1) for each event" },
    { 0 },
};

const struct command command_events = {
    .name = "events",
    .ours = true,
    .summary = "Shows what happens to guests, until it is interrupted",
    .words = "[DOMAIN]",
    .max_words = 1,
    .completes = WORD_DOMAIN,
    .options = options,
    .run = run,
};
