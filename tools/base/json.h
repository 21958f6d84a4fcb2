/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON, both ways; which library does it is known to json_inner.h alone.
 *
 * The writer makes one document in memory. Strings are taken as bytes: each
 * byte that is not UTF-8 becomes U+FFFD and control characters are escaped, so
 * that hostile names stay valid JSON and cannot drive a terminal.
 * The reader makes a tree with bounded depth (64), size (64 MiB) and number of
 * values (1048576); it mends strings in the same way and refuses those with a
 * NUL inside.
 */
#ifndef XENITH_BASE_JSON_H
#define XENITH_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct json_writer;

/* indent: spaces per level, 0 for one line. Ends with json_writer_free. */
struct json_writer *json_writer_new(unsigned int indent);
void json_writer_free(struct json_writer *json);
void json_writer_cleanup(struct json_writer **json);
#define cleanup_json_writer __attribute__((cleanup(json_writer_cleanup)))

void json_begin_object(struct json_writer *json);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json);
void json_end_array(struct json_writer *json);
void json_key(struct json_writer *json, const char *key);

void json_string(struct json_writer *json, const char *text); /* NULL: null */
void json_int(struct json_writer *json, int64_t value);
void json_uint(struct json_writer *json, uint64_t value);
void json_double(struct json_writer *json, double value); /* NaN, inf: null */
void json_bool(struct json_writer *json, bool value);
void json_null(struct json_writer *json);

/* A key and its value in one. */
void json_add_string(struct json_writer *json, const char *key,
                     const char *text);
void json_add_int(struct json_writer *json, const char *key, int64_t value);
void json_add_uint(struct json_writer *json, const char *key, uint64_t value);
void json_add_double(struct json_writer *json, const char *key, double value);
void json_add_bool(struct json_writer *json, const char *key, bool value);

/*
 * Puts a document that is already JSON in as a value: parsed and rewritten,
 * keys in their order, numbers digit by digit. After an error nothing of it
 * was written, and a value is still due.
 */
int json_embed(struct json_writer *json, const char *document,
               struct error *err);

/*
 * The document so far, without a newline at its end; owned by the writer,
 * valid until it changes. length (bytes) may be NULL.
 */
const char *json_text(struct json_writer *json, size_t *length);

enum json_type {
    JSON_NULL,
    JSON_BOOL,
    JSON_INTEGER, /* fits in an int64_t */
    JSON_DOUBLE,  /* any other number */
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct json_value; /* read with the functions below */

/*
 * Reads one document; the tree is the caller's, freed by json_value_free. An
 * ERR_FAILED says line and column (from 1, in bytes).
 */
int json_parse(const char *text, size_t length, struct json_value **value,
               struct error *err);
void json_value_free(struct json_value *value);
void json_value_cleanup(struct json_value **value);
#define cleanup_json_value __attribute__((cleanup(json_value_cleanup)))

/* Writes a tree, or a part of one, as a value. */
void json_value(struct json_writer *json, const struct json_value *value);

/* All below but json_type_of take NULL for a value that is not there. */
enum json_type json_type_of(const struct json_value *value);
/* Of an array or object, and 0 of anything else. */
size_t json_count(const struct json_value *value);
/* Of an array or object, in the order of the document; NULL past the end. */
const struct json_value *json_item(const struct json_value *array, size_t i);
const char *json_item_key(const struct json_value *object, size_t i);
/* NULL if it is not an object or has no such key; the first of several. */
const struct json_value *json_get(const struct json_value *object,
                                  const char *key);
/* The string (never with a NUL inside), or NULL if it is not one. */
const char *json_as_string(const struct json_value *value);
/* False, and *number is left alone, where it is none or does not fit. */
bool json_as_int(const struct json_value *value, int64_t *number);
bool json_as_uint(const struct json_value *value, uint64_t *number);
bool json_as_double(const struct json_value *value, double *number);
bool json_as_bool(const struct json_value *value, bool *truth);

#endif
