/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that is known about a key, or a setting inside its strings. */
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "config/explain.h"
#include "config/subkey.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/key_json.h"

static void show_line(const char *label, const char *text)
{
    if (text != NULL)
        show_printf("  %-10s %s\n", label, text);
}

/* What becomes of it: "deprecated; use 'type'". The caller's; may be NULL. */
static char *make_note(const struct config_key *key)
{
    static const char *const notes[] = {
        [KEY_DEPRECATED] = "deprecated",
        [KEY_IGNORED] = "has no effect",
        [KEY_NEWER] = "needs a later Xen; ignored here",
        [KEY_OWN] = "of Xenith; xl ignores it",
    };

    if (notes[key->state] == NULL)
        return NULL;
    return mem_printf("%s%s%s", notes[key->state],
                      key->successor ? "; use " : "",
                      key->successor ? key->successor : "");
}

static void show_key(const struct config_key *key)
{
    cleanup_free char *type = explain_type(key);
    cleanup_free char *values = explain_values(key);
    cleanup_free char *guests = explain_guests(key);
    cleanup_free char *note = make_note(key);

    show_printf("%s: %s\n\n", key->name, key->help);
    show_line("type", type);
    show_line("values", values);
    show_line("default", key->fallback);
    show_line("for", guests);
    if (key->state != KEY_OWN && key->state != KEY_IGNORED)
        show_line("since Xen", key->since ? key->since : "4.4 or before");
    show_line("note", note);
    show_line("example", key->example);
}

/* The settings of a key's strings, on one line; NULL if it has none. */
static char *list_settings(const struct config_key *key)
{
    struct strbuf text = { 0 };
    const struct config_subkey *last = NULL;
    const char *name;

    for (size_t i = 0; (name = config_setting_name(key->name, i)); i++) {
        const struct config_subkey *setting =
            config_subkey_find(key->name, name);

        /* Those of one row follow each other: colo_*. */
        if (setting != last)
            strbuf_printf(&text, "%s%s", i > 0 ? ", " : "", setting->name);
        last = setting;
    }
    return text.text;
}

/* "one of a, b": the words, for programs. */
static void add_values(struct json_writer *json, const char *type)
{
    static const char one_of[] = "one of ";
    cleanup_free char *words = NULL;
    char *rest;

    if (strncmp(type, one_of, strlen(one_of)) != 0)
        return;
    words = rest = mem_strdup(type + strlen(one_of));
    json_key(json, "values");
    json_begin_array(json);
    for (char *word; (word = strsep(&rest, ",")) != NULL;)
        json_string(json, word + strspn(word, " "));
    json_end_array(json);
}

static void add_setting(struct json_writer *json,
                        const struct config_subkey *setting, const char *type)
{
    json_add_string(json, "help", setting->help);
    json_add_string(json, "type", type);
    add_values(json, type);
    if (setting->fallback != NULL)
        json_add_string(json, "default", setting->fallback);
    if (setting->since != NULL)
        json_add_string(json, "since", setting->since);
}

/* Only where the key has any: their names as a file has them. */
static void add_settings(struct json_writer *json, const struct config_key *key)
{
    const char *name;

    if (config_setting_name(key->name, 0) == NULL)
        return;
    json_key(json, "settings");
    json_begin_array(json);
    for (size_t i = 0; (name = config_setting_name(key->name, i)); i++) {
        cleanup_free char *type = config_subkey_type(key->name, name);

        json_begin_object(json);
        json_add_string(json, "name", name);
        add_setting(json, config_subkey_find(key->name, name), type);
        json_end_object(json);
    }
    json_end_array(json);
}

static int refuse_key(const char *word, struct error *err)
{
    const char *near = config_key_near(word);

    error_set(err, ERR_USAGE, "there is no key '%s'", word);
    if (near != NULL)
        error_hint(err, "did you mean '%s'?", near);
    error_hint(err, "see 'xn config keys'");
    return -1;
}

static int explain_key(const char *word, bool as_json, struct error *err)
{
    const struct config_key *key = config_key_find(word);

    if (key == NULL)
        return refuse_key(word, err);
    if (!as_json) {
        cleanup_free char *settings = list_settings(key);

        show_key(key);
        show_line("settings", settings);
        return 0;
    }
    struct json_writer *json = show_json_begin("config-explain");
    key_json_add(json, key);
    add_settings(json, key);
    show_json_end(json);
    return 0;
}

static int refuse_setting(const char *key, const char *name, struct error *err)
{
    const char *near = config_subkey_near(key, name);

    error_set(err, ERR_USAGE, "'%s' has no setting '%s'", key, name);
    if (near != NULL)
        error_hint(err, "did you mean '%s.%s'?", key, near);
    error_hint(err, "see 'xn config explain %s'", key);
    return -1;
}

static const char *since_of(const struct config_key *key,
                            const struct config_subkey *setting)
{
    return setting->since != NULL ? setting->since
           : key->since != NULL   ? key->since
                                  : "4.4 or before";
}

static void show_setting(const struct config_key *key,
                         const struct config_subkey *setting, const char *word,
                         const char *type)
{
    cleanup_free char *guests = explain_guests(key);

    show_printf("%s: %s\n\n", word, setting->help);
    show_line("type", type);
    show_line("default", setting->fallback);
    show_line("for", guests);
    show_line("since Xen", since_of(key, setting));
    show_line("example", key->example);
}

static void show_setting_json(const struct config_key *key,
                              const struct config_subkey *setting,
                              const char *word, const char *type)
{
    struct json_writer *json = show_json_begin("config-explain");
    cleanup_free char *guests = explain_guests(key);

    json_add_string(json, "key", word);
    add_setting(json, setting, type);
    if (setting->since == NULL)
        json_add_string(json, "since", since_of(key, setting));
    json_add_string(json, "for", guests);
    if (key->example != NULL)
        json_add_string(json, "example", key->example);
    show_json_end(json);
}

/* word: KEY.SETTING, with a dot in it. */
static int explain_setting(const char *word, bool as_json, struct error *err)
{
    const char *name = strchr(word, '.') + 1;
    cleanup_free char *key = mem_strndup(word, (size_t)(name - 1 - word));
    const struct config_subkey *setting = config_subkey_find(key, name);
    const struct config_key *row = config_key_find(key);

    if (row == NULL)
        return refuse_key(key, err);
    if (setting == NULL)
        return refuse_setting(key, name, err);
    cleanup_free char *type = config_subkey_type(key, name);
    if (as_json)
        show_setting_json(row, setting, word, type);
    else
        show_setting(row, setting, word, type);
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    const char *word = inv->words[0];
    bool as_json = invocation_count(inv, "json") > 0;

    return strchr(word, '.') != NULL ? explain_setting(word, as_json, err)
                                     : explain_key(word, as_json, err);
}

const struct command command_config_explain = {
    .name = "explain",
    .group = "config",
    .summary = "Tells all that is known about a key",
    .words = "KEY[.SETTING]",
    .min_words = 1,
    .max_words = 1,
    .completes = WORD_KEY,
    .without_xen = true,
    .options = json_option,
    .run = run,
};
