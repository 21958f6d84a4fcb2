/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config/watchrule.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "config/config.h"
#include "config/known.h"
#include "config/parse.h"

#define EVERY_MAX 86400
#define TIMEOUT_MAX 3600
/* XENSTORE_ABS_PATH_MAX of xen/include/public/io/xs_wire.h; ~/ has less. */
#define PATH_LIMIT 2048

struct reading {
    struct watchrule *rule;
    const struct config_value *value;
    struct config_diags *diags;
};

static void refuse(const struct reading *reading, const char *wanted)
{
    config_diag_add(reading->diags, CONFIG_ERROR, &reading->value->place, NULL,
                    "it must be %s", wanted);
}

/* What xenstored takes for a path (docs/misc/xenstore.txt). */
static bool is_node_path(const char *text)
{
    size_t length = strlen(text);

    if (length < 2 || length > PATH_LIMIT || text[length - 1] == '/' ||
        strstr(text, "//") != NULL)
        return false;
    for (const char *c = text; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("-/_@", *c) == NULL)
            return false;
    return true;
}

static void set_watch(const struct reading *reading)
{
    const struct config_value *value = reading->value;
    const char *text = value->type == CONFIG_ATOM ? value->u.atom.text : "";
    bool of_guest = strncmp(text, "~/", 2) == 0;

    if ((text[0] != '/' && !of_guest) || !is_node_path(text + of_guest)) {
        refuse(reading, "a path of xenstore, like /tool/x or ~/data/x");
        return;
    }
    free(reading->rule->path);
    reading->rule->path = mem_strdup(of_guest ? text + 2 : text);
    reading->rule->of_guest = of_guest;
}

static void add_word(const struct reading *reading,
                     const struct config_value *value)
{
    if (value->type == CONFIG_ATOM)
        VEC_PUSH(&reading->rule->command, mem_strdup(value->u.atom.text));
    else
        refuse(reading, "a program's path, or a list of it and its words");
}

static void set_run(const struct reading *reading)
{
    const struct config_value *value = reading->value;

    if (value->type == CONFIG_ATOM)
        add_word(reading, value);
    else
        for (const struct config_value *item = value->u.list.first;
             item != NULL; item = item->next)
            add_word(reading, item);
    if (reading->rule->command.count == 0 ||
        reading->rule->command.items[0][0] != '/')
        refuse(reading, "an absolute path, or a list that begins with one");
}

static void set_user(const struct reading *reading)
{
    const struct config_value *value = reading->value;

    if (value->type != CONFIG_ATOM || value->u.atom.text[0] == '\0') {
        refuse(reading, "the name of a user");
        return;
    }
    free(reading->rule->user);
    reading->rule->user = mem_strdup(value->u.atom.text);
}

static void set_seconds(const struct reading *reading, uint64_t max,
                        unsigned int *seconds)
{
    const struct config_value *value = reading->value;
    uint64_t number;

    if (value->type != CONFIG_ATOM ||
        !number_parse_u64(value->u.atom.text, max, &number) || number == 0)
        refuse(reading, "seconds, at least 1");
    else
        *seconds = (unsigned int)number;
}

static void set_every(const struct reading *reading)
{
    set_seconds(reading, EVERY_MAX, &reading->rule->every);
}

static void set_timeout(const struct reading *reading)
{
    set_seconds(reading, TIMEOUT_MAX, &reading->rule->timeout);
}

static const struct {
    const char *name;
    bool needed;
    void (*set)(const struct reading *reading);
} keys[] = {
    { "watch", true, set_watch },      { "run", true, set_run },
    { "user", true, set_user },        { "every", false, set_every },
    { "timeout", false, set_timeout },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static void fill(const struct config_tree *tree, struct watchrule *rule,
                 struct config_diags *diags)
{
    const struct config_place whole = { .text = config_tree_text(tree) };

    config_check_known(tree, CONFIG_NAMES(keys), CONFIG_ERROR, diags);
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const struct config_assignment *set =
            config_tree_find(tree, keys[i].name);
        if (set != NULL)
            keys[i].set(&(struct reading){
                .rule = rule, .value = set->value, .diags = diags });
        else if (keys[i].needed)
            config_diag_add(diags, CONFIG_ERROR, &whole, NULL,
                            "a rule needs '%s'", keys[i].name);
    }
}

int watchrule_load(const struct config_source *source, struct watchrule *rule,
                   struct config_diags *diags, struct error *err)
{
    cleanup_config_tree struct config_tree *tree = NULL;

    rule->every = WATCHRULE_EVERY;
    rule->timeout = WATCHRULE_TIMEOUT;
    if (config_read(source, &tree, diags, err) < 0)
        return -1;
    fill(tree, rule, diags);
    return config_diags_verdict(diags, 0, source->path, err);
}

int watchrule_read(const char *path, struct watchrule *rule,
                   struct config_diags *diags, struct error *err)
{
    const struct config_source source = { .path = path, .plain = true };

    return watchrule_load(&source, rule, diags, err);
}

void watchrule_dispose(struct watchrule *rule)
{
    free(rule->path);
    free(rule->user);
    VEC_EACH (&rule->command, word)
        free(*word);
    VEC_DISPOSE(&rule->command);
    *rule = (struct watchrule){ 0 };
}
