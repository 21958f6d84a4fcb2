/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/saved_config.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "config/own_json.h"

#define MEMBER "xenith"
#define NOTHING "{}"

char *saved_config_make(const char *libxl_json, const struct domain_own *own)
{
    cleanup_free char *own_json = own_to_json(own);
    const char *end = strrchr(libxl_json, '}');

    if (end == NULL || strcmp(own_json, NOTHING) == 0)
        return mem_strdup(libxl_json);
    return mem_printf("%.*s, \"" MEMBER "\": %s }\n", (int)(end - libxl_json),
                      libxl_json, own_json);
}

int saved_config_read_own(const char *json, struct domain_own *own,
                          struct error *err)
{
    cleanup_json_value struct json_value *value = NULL;
    size_t length;

    if (json_parse(json, strlen(json), &value, err) < 0)
        return -1;
    const struct json_value *member = json_get(value, MEMBER);
    if (member == NULL)
        return 0;
    cleanup_json_writer struct json_writer *writer = json_writer_new(0);
    json_value(writer, member);
    const char *text = json_text(writer, &length);
    return own_from_json(text, length, own, err);
}

/* -- changes --------------------------------------------------------------- */

/* The same place in the three; NULL: nothing is there. */
struct triple {
    const struct json_value *saved, *before, *after;
};

static bool is_same(const struct json_value *one,
                    const struct json_value *other)
{
    cleanup_json_writer struct json_writer *left = json_writer_new(0);
    cleanup_json_writer struct json_writer *right = json_writer_new(0);

    if (one == NULL || other == NULL)
        return one == other;
    json_value(left, one);
    json_value(right, other);
    return strcmp(json_text(left, NULL), json_text(right, NULL)) == 0;
}

static bool is_type(const struct json_value *value, enum json_type type)
{
    return value != NULL && json_type_of(value) == type;
}

/* What libxl leaves out of its JSON is an object without members, too. */
static bool are_objects(const struct triple *at)
{
    return is_type(at->after, JSON_OBJECT) &&
           (at->saved == NULL || is_type(at->saved, JSON_OBJECT)) &&
           (at->before == NULL || is_type(at->before, JSON_OBJECT));
}

static bool are_lists(const struct triple *at)
{
    size_t count = json_count(at->after);

    return is_type(at->after, JSON_ARRAY) && is_type(at->saved, JSON_ARRAY) &&
           is_type(at->before, JSON_ARRAY) && json_count(at->saved) == count &&
           json_count(at->before) == count;
}

static void change_list(const struct triple *at, struct json_writer *json)
{
    json_begin_array(json);
    for (size_t i = 0; i < json_count(at->after); i++) {
        const struct json_value *item = json_item(at->after, i);

        json_value(json, is_same(json_item(at->before, i), item)
                             ? json_item(at->saved, i)
                             : item);
    }
    json_end_array(json);
}

static void change_value(const struct triple *at, struct json_writer *json);

/* NULL, where there is no such member any more, writes nothing. */
static void change_member(const struct triple *at, const char *key,
                          struct json_writer *json)
{
    const struct triple member = { json_get(at->saved, key),
                                   json_get(at->before, key),
                                   json_get(at->after, key) };
    bool same = is_same(member.before, member.after);

    if ((same ? member.saved : member.after) == NULL)
        return;
    json_key(json, key);
    if (same)
        json_value(json, member.saved);
    else
        change_value(&member, json);
}

static void change_object(const struct triple *at, struct json_writer *json)
{
    json_begin_object(json);
    for (size_t i = 0; i < json_count(at->saved); i++)
        change_member(at, json_item_key(at->saved, i), json);
    for (size_t i = 0; i < json_count(at->after); i++) {
        const char *key = json_item_key(at->after, i);

        if (json_get(at->saved, key) == NULL)
            change_member(at, key, json);
    }
    json_end_object(json);
}

/* before and after differ, and the latter has something. */
static void change_value(const struct triple *at, struct json_writer *json)
{
    if (are_objects(at))
        change_object(at, json);
    else if (are_lists(at))
        change_list(at, json);
    else
        json_value(json, at->after);
}

char *saved_config_change(const char *saved, const char *before,
                          const char *after, struct error *err)
{
    const char *const texts[] = { saved, before, after };
    struct json_value *values[] = { NULL, NULL, NULL };
    cleanup_json_writer struct json_writer *json = json_writer_new(0);
    int rc = 0;

    for (size_t i = 0; i < 3 && rc == 0; i++)
        rc = json_parse(texts[i], strlen(texts[i]), &values[i], err);
    const struct triple all = { values[0], values[1], values[2] };
    if (rc == 0)
        change_value(&all, json);
    char *changed = rc == 0 ? mem_strdup(json_text(json, NULL)) : NULL;
    for (size_t i = 0; i < 3; i++)
        json_value_free(values[i]);
    return changed;
}
