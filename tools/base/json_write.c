/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The writer. Misuse (a value without a key, one end too many) is a bug and an
 * assertion.
 */
#include "base/json_inner.h"

#include <assert.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

#include "base/mem.h"
#include "base/strbuf.h"

struct json_writer {
    yajl_gen generator;
    struct strbuf out;
    char *indent;
};

/*
 * Takes what yajl writes. It escapes control characters up to 0x1f alone; DEL
 * and the C1 range, which terminals act upon too, can only be inside strings
 * and are escaped here.
 */
static void take_output(void *context, const char *bytes, size_t length)
{
    struct strbuf *out = context;
    size_t done = 0;

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        unsigned char next = i + 1 < length ? (unsigned char)bytes[i + 1] : 0;
        bool c1 = c == 0xc2 && next >= 0x80 && next < 0xa0;
        if (c != 0x7f && !c1)
            continue;
        strbuf_add(out, bytes + done, i - done);
        strbuf_printf(out, "\\u%04x", c1 ? next : c);
        i += c1;
        done = i + 1;
    }
    strbuf_add(out, bytes + done, length - done);
}

struct json_writer *json_writer_new(unsigned int indent)
{
    struct json_writer *json = MEM_NEW(struct json_writer);

    json->generator = yajl_gen_alloc(&json_allocation);
    json->indent = mem_printf("%*s", (int)indent, "");
    yajl_gen_config(json->generator, yajl_gen_print_callback, take_output,
                    &json->out);
    if (indent > 0) {
        yajl_gen_config(json->generator, yajl_gen_beautify, 1);
        yajl_gen_config(json->generator, yajl_gen_indent_string, json->indent);
    }
    return json;
}

void json_writer_free(struct json_writer *json)
{
    if (json == NULL)
        return;
    yajl_gen_free(json->generator);
    strbuf_dispose(&json->out);
    free(json->indent);
    free(json);
}

void json_writer_cleanup(struct json_writer **json)
{
    json_writer_free(*json);
}

static void must(yajl_gen_status status)
{
    assert(status == yajl_gen_status_ok);
    (void)status;
}

void json_begin_object(struct json_writer *json)
{
    must(yajl_gen_map_open(json->generator));
}

void json_end_object(struct json_writer *json)
{
    must(yajl_gen_map_close(json->generator));
}

void json_begin_array(struct json_writer *json)
{
    must(yajl_gen_array_open(json->generator));
}

void json_end_array(struct json_writer *json)
{
    must(yajl_gen_array_close(json->generator));
}

void json_key(struct json_writer *json, const char *key)
{
    json_string(json, key);
}

void json_string(struct json_writer *json, const char *text)
{
    if (text == NULL) {
        json_null(json);
        return;
    }
    cleanup_free char *mended = json_mend(text);
    if (mended != NULL)
        text = mended;
    must(yajl_gen_string(json->generator, (const unsigned char *)text,
                         strlen(text)));
}

static void put_number(struct json_writer *json, const char *token)
{
    must(yajl_gen_number(json->generator, token, strlen(token)));
}

void json_int(struct json_writer *json, int64_t value)
{
    must(yajl_gen_integer(json->generator, value));
}

void json_uint(struct json_writer *json, uint64_t value)
{
    char token[32];

    snprintf(token, sizeof(token), "%" PRIu64, value);
    put_number(json, token);
}

/* Whatever the locale says, JSON has a point. */
static void put_point(char *token)
{
    char comma = *localeconv()->decimal_point;
    char *found = comma != '.' ? strchr(token, comma) : NULL;

    if (found != NULL)
        *found = '.';
}

void json_double(struct json_writer *json, double value)
{
    char token[40];

    if (!isfinite(value)) {
        json_null(json);
        return;
    }
    /* The shortest of the usual precisions that reads back as the value. */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(token, sizeof(token), "%.*g", digits, value);
        if (strtod(token, NULL) == value)
            break;
    }
    put_point(token);
    if (token[strspn(token, "-0123456789")] == '\0')
        strcat(token, ".0");
    put_number(json, token);
}

void json_bool(struct json_writer *json, bool value)
{
    must(yajl_gen_bool(json->generator, value));
}

void json_null(struct json_writer *json)
{
    must(yajl_gen_null(json->generator));
}

void json_add_string(struct json_writer *json, const char *key,
                     const char *text)
{
    json_key(json, key);
    json_string(json, text);
}

void json_add_int(struct json_writer *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_int(json, value);
}

void json_add_uint(struct json_writer *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_uint(json, value);
}

void json_add_double(struct json_writer *json, const char *key, double value)
{
    json_key(json, key);
    json_double(json, value);
}

void json_add_bool(struct json_writer *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}

const char *json_text(struct json_writer *json, size_t *length)
{
    struct strbuf *out = &json->out;

    strbuf_add(out, "", 0);
    /* yajl ends an indented document with a newline, a flat one without. */
    if (out->length > 0 && out->text[out->length - 1] == '\n')
        out->text[--out->length] = '\0';
    if (length != NULL)
        *length = out->length;
    return out->text;
}

/* ---- what was read, written again ---- */

void json_value(struct json_writer *json, const struct json_value *value)
{
    switch (value->type) {
    case JSON_NULL:
        json_null(json);
        return;
    case JSON_BOOL:
        json_bool(json, value->truth);
        return;
    case JSON_INTEGER:
        json_int(json, value->integer);
        return;
    case JSON_DOUBLE:
        put_number(json, value->string);
        return;
    case JSON_STRING:
        json_string(json, value->string);
        return;
    case JSON_ARRAY:
        json_begin_array(json);
        VEC_EACH (&value->members, item)
            json_value(json, &item->value);
        json_end_array(json);
        return;
    case JSON_OBJECT:
        json_begin_object(json);
        VEC_EACH (&value->members, member) {
            json_key(json, member->key);
            json_value(json, &member->value);
        }
        json_end_object(json);
        return;
    }
}

int json_embed(struct json_writer *json, const char *document,
               struct error *err)
{
    cleanup_json_value struct json_value *value = NULL;

    if (json_parse(document, strlen(document), &value, err) < 0)
        return -1;
    json_value(json, value);
    return 0;
}
