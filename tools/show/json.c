/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The frame of every JSON document that xn prints: one object that names its
 * schema first (the JSON contract in docs/architecture.md).
 */
#include <stdio.h>

#include "base/mem.h"
#include "show/show.h"

#define INDENT 2

static struct json_writer *begin(const char *name, unsigned int indent)
{
    struct json_writer *json = json_writer_new(indent);
    cleanup_free char *schema = mem_printf("xn.%s/1", name);

    json_begin_object(json);
    json_add_string(json, "schema", schema);
    return json;
}

struct json_writer *show_json_begin(const char *name)
{
    return begin(name, INDENT);
}

struct json_writer *show_json_begin_line(const char *name)
{
    return begin(name, 0);
}

void show_json_end(struct json_writer *json)
{
    json_end_object(json);
    size_t length;
    const char *text = json_text(json, &length);
    fwrite(text, 1, length, stdout);
    putchar('\n');
    json_writer_free(json);
}
