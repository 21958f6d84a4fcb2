/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keys whose row says everything: one field, one conversion. The row's
 * `arm` keeps a field of one guest type's union from being written for
 * another type.
 */
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/write.h"

static void set_strings(struct fill *fill, const struct config_key *key,
                        libxl_string_list *strings)
{
    const struct config_value *list = fill_list(fill, key->name);

    if (list != NULL)
        *strings = fill_strings(fill, key->name, list);
}

static void set_number(struct fill *fill, const struct config_key *key,
                       void *field)
{
    long number;

    if (!fill_number(fill, key->name, &number))
        return;
    if (key->set == SET_INT)
        *(int *)field = (int)number;
    else if (key->set == SET_UINT)
        *(uint32_t *)field = (uint32_t)number;
    else
        *(uint64_t *)field = (uint64_t)number * 1024;
}

static void set_key(struct fill *fill, const struct config_key *key)
{
    void *field = (char *)fill->spec + key->offset;

    switch (key->set) {
    case SET_STRING:
        fill_replace(fill, key->name, field);
        break;
    case SET_BOOL:
        fill_bool(fill, key->name, field);
        break;
    case SET_INT:
    case SET_UINT:
    case SET_MIB:
        set_number(fill, key, field);
        break;
    case SET_ENUM:
        fill_enum(fill, key->name, key->words, field);
        break;
    case SET_STRINGS:
        set_strings(fill, key, field);
        break;
    case SET_BY_STEP:
    case SET_UNSUPPORTED:
        break;
    }
}

void fill_simple_keys(struct fill *fill)
{
    const struct config_key *key;

    for (size_t i = 0; (key = config_key_at(i)) != NULL; i++) {
        if (key->set == SET_BY_STEP || key->set == SET_UNSUPPORTED)
            continue;
        if (key->arm == 0 || (key->arm & fill->guest))
            set_key(fill, key);
    }
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* A size that is no whole MiB, as of a running domain, is rounded up. */
static int64_t to_mib(uint64_t kib)
{
    return (int64_t)((kib + 1023) / 1024);
}

static void write_key(struct write *write, const struct config_key *key)
{
    const void *field = (const char *)write->spec + key->offset;
    const void *fresh = (const char *)write->fresh + key->offset;

    switch (key->set) {
    case SET_STRING:
        if (!same_text(*(char *const *)field, *(char *const *)fresh))
            write_text(write, key->name, *(char *const *)field);
        break;
    case SET_BOOL:
        if (memcmp(field, fresh, sizeof(libxl_defbool)) != 0)
            write_truth(write, key->name, *(const libxl_defbool *)field);
        break;
    case SET_INT:
        if (*(const int *)field != *(const int *)fresh)
            write_number(write, key->name, *(const int *)field);
        break;
    case SET_UINT:
        if (*(const uint32_t *)field != *(const uint32_t *)fresh)
            write_number(write, key->name, *(const uint32_t *)field);
        break;
    case SET_MIB:
        if (*(const uint64_t *)field != *(const uint64_t *)fresh)
            write_number(write, key->name, to_mib(*(const uint64_t *)field));
        break;
    case SET_ENUM:
        if (*(const int *)field != *(const int *)fresh)
            write_word(write, key->name, key->words, *(const int *)field);
        break;
    case SET_STRINGS:
        write_strings(write, key->name, *(libxl_string_list const *)field);
        break;
    case SET_BY_STEP:
    case SET_UNSUPPORTED:
        break;
    }
}

void write_simple_keys(struct write *write)
{
    const struct config_key *key;

    for (size_t i = 0; (key = config_key_at(i)) != NULL; i++) {
        if (key->arm == 0 || (key->arm & write->guest))
            write_key(write, key);
    }
}
