/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hypervisor's messages. Guests can cause some of them, so control
 * characters are made visible.
 */
#include <string.h>

#include "base/mem.h"
#include "host/facts.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"

static void show_json(char *text)
{
    struct json_writer *json = show_json_begin("dmesg");

    json_key(json, "lines");
    json_begin_array(json);
    for (char *line; (line = strsep(&text, "\n")) != NULL;)
        if (text != NULL || line[0] != '\0')
            json_string(json, line);
    json_end_array(json);
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_strbuf struct strbuf text = { 0 };

    if (host_messages_read(invocation_count(inv, "clear") > 0, &text, err) < 0)
        return -1;
    cleanup_free char *safe =
        format_safe_lines(text.text != NULL ? text.text : "", text.length);
    if (invocation_count(inv, "json") > 0)
        show_json(safe);
    else
        show_printf("%s", safe);
    return 0;
}

static const struct option_row options[] = {
    { 'c', "clear", OPTION_FLAG, NULL, "Empties the buffer once it is read" },
    OPTION_JSON,
    { 0 },
};

const struct command command_dmesg = {
    .name = "dmesg",
    .summary = "Shows the hypervisor's messages",
    .words = "",
    .options = options,
    .run = run,
};
