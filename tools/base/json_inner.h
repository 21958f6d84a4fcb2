/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of JSON share, and no others: json_write.c over yajl's
 * generator, json_read.c over its event parser. No yajl type leaves them, so
 * that another library can take its place.
 *
 * yajl neither refuses nor mends every kind of bad UTF-8, so both directions
 * pass strings through json_mend. Running out of memory inside yajl ends the
 * process as anywhere else.
 */
#ifndef XENITH_BASE_JSON_INNER_H
#define XENITH_BASE_JSON_INNER_H

#include <yajl/yajl_common.h>

#include "base/json.h"
#include "base/vec.h"

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

/* yajl copies the table but declares it without const. */
extern yajl_alloc_funcs json_allocation;

/*
 * The text with every byte that is no part of valid UTF-8 replaced by U+FFFD;
 * NULL if it is fine as it is. Owned by the caller.
 */
char *json_mend(const char *text);

#endif
