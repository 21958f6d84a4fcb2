/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of keys, of the tables in keys/, one for each topic, and the
 * look-ups in it.
 */
#include "config/keys.h"

#include <stdint.h>
#include <string.h>

#include "base/near.h"
#include "config/keys/rows.h"

/* In the order of the manual. */
static const struct config_key_table *const tables[] = {
    &config_keys_identity, &config_keys_cpu,     &config_keys_memory,
    &config_keys_end,      &config_keys_boot,    &config_keys_platform,
    &config_keys_model,    &config_keys_display, &config_keys_devices,
    &config_keys_arm,      &config_keys_older,   &config_keys_own,
};

enum {
    TABLES = sizeof(tables) / sizeof(tables[0]),
};

size_t config_key_count(void)
{
    size_t count = 0;

    for (size_t i = 0; i < TABLES; i++)
        count += tables[i]->count;
    return count;
}

const struct config_key *config_key_at(size_t number)
{
    for (size_t i = 0; i < TABLES; i++) {
        if (number < tables[i]->count)
            return &tables[i]->rows[number];
        number -= tables[i]->count;
    }
    return NULL;
}

size_t config_key_number(const struct config_key *key)
{
    size_t before = 0;

    for (size_t i = 0; i < TABLES; i++) {
        /* Of another table this is far out of range. */
        size_t bytes = (uintptr_t)key - (uintptr_t)tables[i]->rows;

        if (bytes / sizeof(*key) < tables[i]->count)
            return before + bytes / sizeof(*key);
        before += tables[i]->count;
    }
    return before;
}

static const struct config_key *find_in(const struct config_key_table *table,
                                        const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct config_key *key = &table->rows[i];

        if (key->name[0] == name[0] && strcmp(key->name, name) == 0)
            return key;
    }
    return NULL;
}

const struct config_key *config_key_find(const char *name)
{
    const struct config_key *key = NULL;

    for (size_t i = 0; i < TABLES && key == NULL; i++)
        key = find_in(tables[i], name);
    return key;
}

const char *config_key_near(const char *name)
{
    struct near near = near_begin(name);
    const struct config_key *key;

    for (size_t i = 0; (key = config_key_at(i)) != NULL; i++) {
        if (key->state != KEY_IGNORED)
            near_offer(&near, key->name);
    }
    return near_best(&near);
}
