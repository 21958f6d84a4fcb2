/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A running domain as a file that makes it again. */
#include "config/settings.h"
#include "domain/describe.h"
#include "show/show.h"
#include "xn/command.h"

static void show_text(const struct config_settings *settings)
{
    cleanup_strbuf struct strbuf text = { 0 };

    config_settings_render(settings, &text);
    show_printf("%s", text.text != NULL ? text.text : "");
}

static void show_json(const struct config_settings *settings)
{
    struct json_writer *json = show_json_begin("config-show");

    json_key(json, "settings");
    json_begin_array(json);
    VEC_EACH (&settings->list, setting) {
        json_begin_object(json);
        json_add_string(json, "key", setting->key->name);
        json_add_string(json, "value", setting->value);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "notes");
    json_begin_array(json);
    VEC_EACH (&settings->notes, note)
        json_string(json, *note);
    json_end_array(json);
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    struct config_settings cleanup_config_settings settings = { 0 };
    struct domain_spec cleanup_domain_spec spec;

    domain_spec_init(&spec);
    if (domain_describe(inv->host, inv->domid, &spec, err) < 0)
        return -1;
    config_settings_make(&settings, &spec, NULL);
    if (invocation_count(inv, "json") > 0)
        show_json(&settings);
    else
        show_text(&settings);
    return 0;
}

const struct command command_config_show = {
    .name = "show",
    .group = "config",
    .summary = "Prints a domain as a file that makes it again",
    .words = "DOMAIN",
    .min_words = 1,
    .max_words = 1,
    .target = TARGET_DOMAIN,
    .options = json_option,
    .run = run,
};
