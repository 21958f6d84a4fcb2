/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config/own_json.h"

#include <limits.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/outlet.h"

static const char *const stop_names[] = {
    [OWN_STOP_DEFAULT] = NULL,  [OWN_STOP_SHUTDOWN] = "shutdown",
    [OWN_STOP_SAVE] = "save",   [OWN_STOP_MIGRATE] = "migrate",
    [OWN_STOP_LEAVE] = "leave",
};

#define STOP_COUNT (sizeof(stop_names) / sizeof(stop_names[0]))

const char *own_stop_name(enum own_stop_action action)
{
    return stop_names[action];
}

/* ---- writing ---- */

static void add_words(struct json_writer *json, const char *key,
                      libxl_string_list words)
{
    if (words == NULL)
        return;
    json_key(json, key);
    json_begin_array(json);
    for (char *const *word = words; *word != NULL; word++)
        json_string(json, *word);
    json_end_array(json);
}

static void add_text(struct json_writer *json, const char *key,
                     const char *text)
{
    if (text != NULL)
        json_add_string(json, key, text);
}

static void add_outputs(struct json_writer *json, unsigned int outputs)
{
    if (outputs == 0)
        return;
    json_key(json, "log_outputs");
    json_begin_array(json);
    for (unsigned int i = 0; i < LOG_OUTPUT_COUNT; i++)
        if (outputs & 1u << i)
            json_string(json, outlet_name(i));
    json_end_array(json);
}

char *own_to_json(const struct domain_own *own)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    if (!libxl_defbool_is_default(own->autostart))
        json_add_bool(json, "autostart", libxl_defbool_val(own->autostart));
    add_words(json, "start_after", own->start_after);
    if (own->start_delay != 0)
        json_add_uint(json, "start_delay", own->start_delay);
    add_text(json, "stop_action", own_stop_name(own->stop_action));
    add_text(json, "stop_migrate_to", own->stop_migrate_to);
    if (own->restart_limit != OWN_RESTART_UNSET)
        json_add_int(json, "restart_limit", own->restart_limit);
    if (own->console_log_off || own->console_log != 0)
        json_add_uint(json, "console_log", own->console_log);
    add_text(json, "log_level", own->log_level);
    add_outputs(json, own->log_outputs);
    add_words(json, "hooks", own->hooks);
    json_end_object(json);
    return mem_strdup(json_text(json, NULL));
}

/* ---- reading ---- */

static libxl_string_list read_words(const struct json_value *array)
{
    if (array == NULL || json_type_of(array) != JSON_ARRAY)
        return NULL;
    libxl_string_list words = mem_zalloc(json_count(array) + 1, sizeof(char *));
    size_t kept = 0;
    for (size_t i = 0; i < json_count(array); i++) {
        const char *word = json_as_string(json_item(array, i));
        if (word != NULL)
            words[kept++] = mem_strdup(word);
    }
    return words;
}

static char *read_text(const struct json_value *value)
{
    const char *text = json_as_string(value);

    return text != NULL ? mem_strdup(text) : NULL;
}

static enum own_stop_action read_stop_action(const struct json_value *value)
{
    const char *name = json_as_string(value);

    for (size_t i = 0; name != NULL && i < STOP_COUNT; i++)
        if (stop_names[i] != NULL && strcmp(stop_names[i], name) == 0)
            return (enum own_stop_action)i;
    return OWN_STOP_DEFAULT;
}

static unsigned int read_outputs(const struct json_value *array)
{
    unsigned int outputs = 0;
    enum log_output output;

    if (array == NULL || json_type_of(array) != JSON_ARRAY)
        return 0;
    for (size_t i = 0; i < json_count(array); i++) {
        const char *word = json_as_string(json_item(array, i));
        if (word != NULL && outlet_parse(word, &output))
            outputs |= output;
    }
    return outputs;
}

static void read_numbers(const struct json_value *json, struct domain_own *own)
{
    uint64_t number;
    bool truth;

    if (json_as_bool(json_get(json, "autostart"), &truth))
        libxl_defbool_set(&own->autostart, truth);
    if (json_as_uint(json_get(json, "start_delay"), &number))
        own->start_delay = (unsigned int)number;
    if (json_as_uint(json_get(json, "restart_limit"), &number) &&
        number <= INT_MAX)
        own->restart_limit = (int)number;
    if (json_as_uint(json_get(json, "console_log"), &number)) {
        own->console_log = number;
        own->console_log_off = number == 0;
    }
}

int own_from_json(const char *text, size_t length, struct domain_own *own,
                  struct error *err)
{
    cleanup_json_value struct json_value *json = NULL;

    if (json_parse(text, length, &json, err) < 0)
        return error_context(err, "the domain's own keys");
    read_numbers(json, own);
    own->start_after = read_words(json_get(json, "start_after"));
    own->hooks = read_words(json_get(json, "hooks"));
    own->stop_action = read_stop_action(json_get(json, "stop_action"));
    own->stop_migrate_to = read_text(json_get(json, "stop_migrate_to"));
    own->log_level = read_text(json_get(json, "log_level"));
    own->log_outputs = read_outputs(json_get(json, "log_outputs"));
    return 0;
}
