/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tree of values, and the reader that makes it. */
#include "base/json_inner.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/mem.h"

#define DEPTH_LIMIT 64
#define SIZE_LIMIT (64u << 20)
#define VALUE_LIMIT (1u << 20)

/* ---- the tree ---- */

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
    char *mended = json_mend(text);
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
    yajl_handle handle = yajl_alloc(&callbacks, &json_allocation, reader);
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
