/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in a saved guest, and what it needs. */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/image_file.h"

/* What its configuration says; NULL and 0 where it does not. */
struct guest {
    const char *name;
    const char *type;
    const char *uuid;
    uint64_t memory_kib;
};

static struct guest read_guest(const struct json_value *config)
{
    const struct json_value *create = json_get(config, "c_info");
    struct guest guest = {
        .name = json_as_string(json_get(create, "name")),
        .type = json_as_string(json_get(create, "type")),
        .uuid = json_as_string(json_get(create, "uuid")),
    };

    json_as_uint(json_get(json_get(config, "b_info"), "max_memkb"),
                 &guest.memory_kib);
    return guest;
}

/* The configuration as a tree, NULL if there is none to be read. */
static struct json_value *parse_config(const struct image_facts *facts)
{
    struct json_value *config = NULL;

    if (facts->config != NULL)
        (void)!json_parse(facts->config, strlen(facts->config), &config, NULL);
    return config;
}

static void show_line(const char *label, const char *text)
{
    cleanup_free char *safe = show_safe(text != NULL ? text : "unknown");

    show_printf("  %-8s %s\n", label, safe);
}

static void show_text(const char *path, const struct image_facts *facts,
                      const struct guest *guest)
{
    cleanup_free char *file = show_safe(path);
    cleanup_free char *memory =
        mem_printf("%llu MiB", (unsigned long long)guest->memory_kib >> 10);
    cleanup_free char *xen =
        mem_printf("%llu.%llu or later", (unsigned long long)facts->xen_major,
                   (unsigned long long)facts->xen_minor);

    show_printf("%s\n", file);
    show_line("format", facts->xenith ? "xenith" : "xl");
    show_line("name", guest->name);
    show_line("uuid", guest->uuid);
    show_line("type", guest->type != NULL ? guest->type : facts->type);
    show_line("memory", guest->memory_kib > 0 ? memory : NULL);
    show_line("Xen", xen);
}

static void show_json(const char *path, const struct image_facts *facts,
                      const struct guest *guest,
                      const struct json_value *config)
{
    struct json_writer *json = show_json_begin("image-show");

    json_add_string(json, "file", path);
    json_add_string(json, "format", facts->xenith ? "xenith" : "xl");
    json_add_string(json, "name", guest->name);
    json_add_string(json, "uuid", guest->uuid);
    json_add_string(json, "type", guest->type);
    json_add_uint(json, "memory_bytes", guest->memory_kib << 10);
    json_add_uint(json, "xen_major", facts->xen_major);
    json_add_uint(json, "xen_minor", facts->xen_minor);
    json_key(json, "config");
    if (config != NULL)
        json_value(json, config);
    else
        json_null(json);
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_image_facts struct image_facts facts = { 0 };
    const char *path = inv->words[0];

    if (image_file_inspect(path, false, &facts, err) < 0)
        return -1;
    cleanup_json_value struct json_value *config = parse_config(&facts);
    struct guest guest = read_guest(config);
    if (invocation_count(inv, "json") > 0)
        show_json(path, &facts, &guest, config);
    else
        show_text(path, &facts, &guest);
    return 0;
}

const struct command command_image_show = {
    .name = "show",
    .group = "image",
    .summary = "Tells what is in a saved domain and what it needs",
    .words = "FILE",
    .min_words = 1,
    .max_words = 1,
    .completes = WORD_FILE,
    .without_xen = true,
    .options = json_option,
    .run = run,
};
