/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files made so far have used of the tables. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "generator.h"

/* Not generated, and why. */
static const struct exception {
    const char *key;
    const char *setting;
} exceptions[] = {
    { "include", NULL },     /* xl knows nothing of it: never the same */
    { "disk", "trusted" },   /* xl takes both for a path, although they */
    { "disk", "untrusted" }, /* are documented: config-differences.md */
};

struct generator *generator_new(uint64_t seed)
{
    struct generator *generator = MEM_NEW(struct generator);

    generator->seed = seed;
    generator->uses = mem_zalloc(config_key_count(), sizeof(struct row_use));
    return generator;
}

void generator_free(struct generator *generator)
{
    if (generator == NULL)
        return;
    free(generator->uses);
    strbuf_dispose(&generator->text);
    strbuf_dispose(&generator->untaught);
    free(generator);
}

struct row_use *generator_use(struct generator *generator, const char *key)
{
    struct row_use *use =
        &generator->uses[config_key_number(config_key_find(key))];

    use->times++;
    return use;
}

void generator_use_setting(struct generator *generator, const char *key,
                           const char *setting)
{
    struct row_use *use =
        &generator->uses[config_key_number(config_key_find(key))];

    for (size_t i = 0; i < MAX_SETTINGS; i++) {
        const char *name = config_setting_name(key, i);

        if (name == NULL)
            return;
        if (strcmp(name, setting) == 0)
            use->settings[i]++;
    }
}

bool is_exception(const char *key, const char *setting)
{
    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
        const struct exception *exception = &exceptions[i];

        if (strcmp(exception->key, key) != 0)
            continue;
        if (exception->setting == NULL || setting == NULL)
            return exception->setting == setting;
        if (strcmp(exception->setting, setting) == 0)
            return true;
    }
    return false;
}

bool generator_is_complete(const struct generator *generator,
                           struct strbuf *missing)
{
    size_t before = missing->length;

    if (generator->untaught.length > 0)
        strbuf_puts(missing, generator->untaught.text);
    for (size_t row = 0; row < config_key_count(); row++) {
        const struct row_use *use = &generator->uses[row];
        const char *key = config_key_at(row)->name;
        const char *setting;

        if (use->times == 0 && !is_exception(key, NULL))
            strbuf_printf(missing, " %s", key);
        for (size_t i = 0; (setting = config_setting_name(key, i)); i++) {
            if (i >= MAX_SETTINGS ||
                (use->settings[i] == 0 && !is_exception(key, setting)))
                strbuf_printf(missing, " %s.%s", key, setting);
        }
    }
    return missing->length == before;
}
