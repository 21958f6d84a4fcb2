/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON over yajl: its generator writes, its event parser fills the small tree
 * below. No yajl type leaves this file, so that another library can take its
 * place.
 *
 * yajl neither refuses nor mends every kind of bad UTF-8, so both directions
 * pass strings through valid_utf8 here. Running out of memory inside yajl
 * ends the process as anywhere else. Misuse of the writer (a value without a
 * key, one end too many) is a bug and an assertion.
 */
#include "base/json.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <yajl/yajl_gen.h>
#include <yajl/yajl_parse.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "base/vec.h"

#define DEPTH_LIMIT 64
#define SIZE_LIMIT (64u << 20)
#define VALUE_LIMIT (1u << 20)

static void *hook_malloc(void *context, size_t size)
{
    return mem_realloc(NULL, size, 1);
}

static void *hook_realloc(void *context, void *old, size_t size)
{
    return mem_realloc(old, size, 1);
}

static void hook_free(void *context, void *memory)
{
    free(memory);
}

/* yajl copies the table but declares it without const. */
static yajl_alloc_funcs allocation = {
    .malloc = hook_malloc,
    .realloc = hook_realloc,
    .free = hook_free,
};

/*
 * The text with every byte that is no part of valid UTF-8 replaced by U+FFFD;
 * NULL if it is fine as it is. Owned by the caller.
 */
static char *valid_utf8(const char *text)
{
    struct strbuf mended = { 0 };
    const char *clean = text; /* what from here on is not copied yet */
    uint32_t rune;

    for (const char *c = text; *c != '\0';) {
        size_t length = utf8_decode(c, &rune);
        if (length > 0) {
            c += length;
            continue;
        }
        strbuf_add(&mended, clean, (size_t)(c - clean));
        strbuf_puts(&mended, "\xef\xbf\xbd");
        clean = ++c;
    }
    if (clean == text)
        return NULL;
    strbuf_puts(&mended, clean);
    return strbuf_take(&mended);
}

/* ---- the writer ---- */

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

    json->generator = yajl_gen_alloc(&allocation);
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
    cleanup_free char *mended = valid_utf8(text);
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

/* ---- the tree ---- */

struct json_member;

struct json_value {
    enum json_type type;
    union {
        bool truth;
        int64_t integer;
        char *string; /* of a string; of a double its digits; owned */
        VEC(struct json_member) members;
    };
};

struct json_member {
    char *key; /* NULL in an array; owned */
    struct json_value value;
};

static void dispose(struct json_value *value)
{
    if (value->type == JSON_STRING || value->type == JSON_DOUBLE) {
        free(value->string);
    } else if (value->type == JSON_ARRAY || value->type == JSON_OBJECT) {
        VEC_EACH (&value->members, member) {
            free(member->key);
            dispose(&member->value); /* as deep as DEPTH_LIMIT */
        }
        VEC_DISPOSE(&value->members);
    }
}

void json_value_free(struct json_value *value)
{
    if (value == NULL)
        return;
    dispose(value);
    free(value);
}

void json_value_cleanup(struct json_value **value)
{
    json_value_free(*value);
}

enum json_type json_type_of(const struct json_value *value)
{
    return value->type;
}

static bool is_container(const struct json_value *value)
{
    return value != NULL &&
           (value->type == JSON_ARRAY || value->type == JSON_OBJECT);
}

size_t json_count(const struct json_value *value)
{
    return is_container(value) ? value->members.count : 0;
}

static const struct json_member *member_at(const struct json_value *value,
                                           size_t i)
{
    return i < json_count(value) ? &value->members.items[i] : NULL;
}

const struct json_value *json_item(const struct json_value *array, size_t i)
{
    const struct json_member *member = member_at(array, i);
    return member != NULL ? &member->value : NULL;
}

const char *json_item_key(const struct json_value *object, size_t i)
{
    const struct json_member *member = member_at(object, i);
    return member != NULL ? member->key : NULL;
}

const struct json_value *json_get(const struct json_value *object,
                                  const char *key)
{
    if (object == NULL || object->type != JSON_OBJECT)
        return NULL;
    VEC_EACH (&object->members, member) {
        if (strcmp(member->key, key) == 0)
            return &member->value;
    }
    return NULL;
}

const char *json_as_string(const struct json_value *value)
{
    return value != NULL && value->type == JSON_STRING ? value->string : NULL;
}

bool json_as_int(const struct json_value *value, int64_t *number)
{
    if (value == NULL || value->type != JSON_INTEGER)
        return false;
    *number = value->integer;
    return true;
}

bool json_as_uint(const struct json_value *value, uint64_t *number)
{
    if (value != NULL && value->type == JSON_INTEGER && value->integer >= 0) {
        *number = (uint64_t)value->integer;
        return true;
    }
    /* Between INT64_MAX and UINT64_MAX it was kept as its digits. */
    if (value == NULL || value->type != JSON_DOUBLE ||
        value->string[strspn(value->string, "0123456789")] != '\0')
        return false;
    errno = 0;
    unsigned long long wide = strtoull(value->string, NULL, 10);
    if (errno != 0)
        return false;
    *number = wide;
    return true;
}

/* Locale-proof: the digits of a JSON number with a point, as a double. */
static double read_double(const char *digits)
{
    cleanup_free char *token = mem_strdup(digits);
    char *point = strchr(token, '.');

    if (point != NULL)
        *point = *localeconv()->decimal_point;
    return strtod(token, NULL);
}

bool json_as_double(const struct json_value *value, double *number)
{
    if (value == NULL ||
        (value->type != JSON_INTEGER && value->type != JSON_DOUBLE))
        return false;
    *number = value->type == JSON_INTEGER ? (double)value->integer
                                          : read_double(value->string);
    return true;
}

bool json_as_bool(const struct json_value *value, bool *truth)
{
    if (value == NULL || value->type != JSON_BOOL)
        return false;
    *truth = value->truth;
    return true;
}

/* ---- the reader ---- */

struct reader {
    struct json_value root;
    struct json_value *open[DEPTH_LIMIT]; /* the containers around us */
    size_t depth;
    size_t values;
    char *key;         /* of the value that comes next, or NULL; owned */
    const char *cause; /* why a callback stopped, or NULL */
};

/* The callbacks' results: yajl goes on at 1 and cancels at 0. */
static int refuse(struct reader *reader, const char *cause)
{
    reader->cause = cause;
    return 0;
}

/*
 * Takes a value over and puts it where it belongs. The container that grows is
 * the innermost one, so that the pointers in open stay valid.
 */
static struct json_value *place(struct reader *reader, struct json_value value)
{
    if (reader->depth == 0) {
        reader->root = value;
        return &reader->root;
    }
    struct json_value *around = reader->open[reader->depth - 1];
    struct json_member *member = VEC_ADD(&around->members);
    *member = (struct json_member){ steal(reader->key), value };
    return &member->value;
}

static int add_value(struct reader *reader, struct json_value value)
{
    if (reader->values == VALUE_LIMIT) {
        dispose(&value);
        return refuse(reader, "too many values");
    }
    reader->values++;
    place(reader, value);
    return 1;
}

/* A copy that is valid UTF-8, or NULL with the cause set. */
static char *copy_string(struct reader *reader, const unsigned char *bytes,
                         size_t length)
{
    if (length > 0 && memchr(bytes, '\0', length) != NULL) {
        refuse(reader, "a string with a NUL inside");
        return NULL;
    }
    char *text = mem_strndup(length > 0 ? (const char *)bytes : "", length);
    char *mended = valid_utf8(text);
    if (mended == NULL)
        return text;
    free(text);
    return mended;
}

static int on_null(void *context)
{
    return add_value(context, (struct json_value){ .type = JSON_NULL });
}

static int on_bool(void *context, int truth)
{
    return add_value(context,
                     (struct json_value){ JSON_BOOL, { .truth = truth } });
}

static int on_number(void *context, const char *bytes, size_t length)
{
    struct reader *reader = context;
    cleanup_free char *token = mem_strndup(bytes, length);

    if (token[strspn(token, "-0123456789")] == '\0') {
        errno = 0;
        int64_t integer = strtoll(token, NULL, 10);
        if (errno == 0)
            return add_value(reader, (struct json_value){
                                         JSON_INTEGER,
                                         { .integer = integer },
                                     });
    }
    if (!isfinite(read_double(token)))
        return refuse(reader, "a number out of range");
    return add_value(
        reader, (struct json_value){ JSON_DOUBLE, { .string = steal(token) } });
}

static int on_string(void *context, const unsigned char *bytes, size_t length)
{
    char *text = copy_string(context, bytes, length);

    if (text == NULL)
        return 0;
    return add_value(context,
                     (struct json_value){ JSON_STRING, { .string = text } });
}

static int on_key(void *context, const unsigned char *bytes, size_t length)
{
    struct reader *reader = context;

    reader->key = copy_string(reader, bytes, length);
    return reader->key != NULL;
}

static int open_container(struct reader *reader, enum json_type type)
{
    if (reader->depth == DEPTH_LIMIT)
        return refuse(reader, "nested too deeply");
    if (reader->values++ == VALUE_LIMIT)
        return refuse(reader, "too many values");
    struct json_value *value =
        place(reader, (struct json_value){ .type = type });
    reader->open[reader->depth++] = value;
    return 1;
}

static int on_begin_object(void *context)
{
    return open_container(context, JSON_OBJECT);
}

static int on_begin_array(void *context)
{
    return open_container(context, JSON_ARRAY);
}

static int on_end(void *context)
{
    struct reader *reader = context;

    reader->depth--;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_bool,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_begin_object,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end,
    .yajl_start_array = on_begin_array,
    .yajl_end_array = on_end,
};

/* Says why reading stopped, and where: line and column in bytes, from 1. */
static int report(yajl_handle handle, const struct reader *reader,
                  const char *text, size_t offset, struct error *err)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < offset; i++) {
        column = text[i] == '\n' ? 1 : column + 1;
        line += text[i] == '\n';
    }
    unsigned char *said = yajl_get_error(handle, 0, NULL, 0);
    const char *cause = reader->cause ? reader->cause : (const char *)said;
    error_set(err, ERR_FAILED, "JSON: line %zu, column %zu: %.*s", line, column,
              (int)strcspn(cause, "\n"), cause);
    yajl_free_error(handle, said);
    return -1;
}

/* Fills the reader's root, which is the caller's also after a failure. */
static int read_document(struct reader *reader, const char *text, size_t length,
                         struct error *err)
{
    if (length > SIZE_LIMIT)
        return error_set(err, ERR_FAILED, "JSON: longer than %u MiB",
                         SIZE_LIMIT >> 20);
    int rc = 0;
    yajl_handle handle = yajl_alloc(&callbacks, &allocation, reader);
    /* libxl writes strings as it got them; they are mended, not refused. */
    yajl_config(handle, yajl_dont_validate_strings, 1);
    yajl_status status =
        yajl_parse(handle, (const unsigned char *)text, length);
    size_t offset = yajl_get_bytes_consumed(handle);
    if (status == yajl_status_ok)
        status = yajl_complete_parse(handle);
    if (status != yajl_status_ok)
        rc = report(handle, reader, text, offset, err);
    yajl_free(handle);
    free(reader->key);
    return rc;
}

int json_parse(const char *text, size_t length, struct json_value **value,
               struct error *err)
{
    struct reader reader = { .root.type = JSON_NULL };

    if (read_document(&reader, text, length, err) < 0) {
        dispose(&reader.root);
        return -1;
    }
    *value = MEM_NEW(struct json_value);
    **value = reader.root;
    return 0;
}

/* ---- from the one to the other ---- */

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
