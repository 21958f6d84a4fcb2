/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keys whose row says everything: one field, one conversion. The row's
 * `arm` keeps a field of one guest type's union from being written for
 * another type.
 */
#include "base/mem.h"
#include "config/fill.h"

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
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];

        if (key->set == SET_BY_STEP || key->set == SET_UNSUPPORTED)
            continue;
        if (key->arm == 0 || (key->arm & fill->guest))
            set_key(fill, key);
    }
}
