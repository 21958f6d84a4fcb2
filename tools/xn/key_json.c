/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/key_json.h"

#include "config/explain.h"

struct bit_name {
    unsigned int bit;
    const char *name;
};

static void add_bits(struct json_writer *json, const char *key,
                     unsigned int bits, const struct bit_name *names)
{
    json_key(json, key);
    json_begin_array(json);
    for (; names->name != NULL; names++)
        if (bits & names->bit)
            json_string(json, names->name);
    json_end_array(json);
}

static void add_words(struct json_writer *json, const struct config_key *key)
{
    const char *word;
    size_t at = 0;

    json_key(json, "values");
    json_begin_array(json);
    while ((word = explain_next_word(key, &at)) != NULL)
        json_string(json, word);
    json_end_array(json);
}

static void add_known(struct json_writer *json, const char *key,
                      const char *text)
{
    if (text != NULL)
        json_add_string(json, key, text);
}

void key_json_add(struct json_writer *json, const struct config_key *key)
{
    static const struct bit_name types[] = {
        { KEY_STRING, "string" },      { KEY_NUMBER, "number" },
        { KEY_BOOL, "boolean" },       { KEY_LIST, "list" },
        { KEY_NESTED, "nested_list" }, { 0, NULL },
    };
    static const struct bit_name guests[] = {
        { GUEST_PV, "pv" },   { GUEST_PVH, "pvh" }, { GUEST_HVM, "hvm" },
        { GUEST_ARM, "arm" }, { 0, NULL },
    };

    json_add_string(json, "key", key->name);
    json_add_string(json, "help", key->help);
    add_bits(json, "types", key->types, types);
    add_bits(json, "guests", key->guests, guests);
    json_add_string(json, "state", explain_state(key));
    if (key->min != 0 || key->max != 0) {
        json_add_int(json, "min", key->min);
        json_add_int(json, "max", key->max);
    }
    if (key->words != NULL)
        add_words(json, key);
    add_known(json, "default", key->fallback);
    add_known(json, "since", key->since);
    add_known(json, "successor", key->successor);
    add_known(json, "example", key->example);
}
