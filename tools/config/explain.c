/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config/explain.h"

#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A bit of a row and its name in a text. */
struct bit_name {
    unsigned int bit;
    const char *name;
};

static char *join_bits(unsigned int bits, const struct bit_name *names,
                       size_t count, const char *separator)
{
    struct strbuf text = { 0 };

    for (size_t i = 0; i < count; i++)
        if (bits & names[i].bit)
            strbuf_printf(&text, "%s%s", text.length > 0 ? separator : "",
                          names[i].name);
    return strbuf_take(&text);
}

char *explain_type(const struct config_key *key)
{
    static const struct bit_name types[] = {
        { KEY_STRING, "string" },         { KEY_NUMBER, "number" },
        { KEY_BOOL, "boolean (1 or 0)" }, { KEY_LIST, "list of strings" },
        { KEY_NESTED, "list of lists" },
    };

    return join_bits(key->types, types, COUNT(types), " or ");
}

/* "from 0 to 65535"; NULL if its bounds are those of the field. */
static char *range_of(const struct config_key *key)
{
    if (key->max == 0 || key->max >= INT_MAX || key->min < 0)
        return NULL;
    return mem_printf("from %ld to %ld", key->min, key->max);
}

const char *explain_next_word(const struct config_key *key, size_t *at)
{
    while (key->words != NULL && key->words[*at].s != NULL) {
        const char *word = key->words[(*at)++].s;

        /* libxl's name for a value that nobody can ask for. */
        if (strcmp(word, "unknown") != 0)
            return word;
    }
    return NULL;
}

char *explain_values(const struct config_key *key)
{
    struct strbuf text = { 0 };
    const char *word;
    size_t at = 0;

    if (key->words == NULL && key->max >= INT_MAX && key->min >= 0)
        return mem_printf("from %ld", key->min);
    if (key->words == NULL)
        return range_of(key);
    while ((word = explain_next_word(key, &at)) != NULL)
        strbuf_printf(&text, "%s%s", text.length > 0 ? ", " : "", word);
    return strbuf_take(&text);
}

char *explain_guests(const struct config_key *key)
{
    static const struct bit_name guests[] = {
        { GUEST_PV, "PV" },
        { GUEST_PVH, "PVH" },
        { GUEST_HVM, "HVM" },
    };

    if (key->guests == GUEST_ANY)
        return mem_strdup("all guests");
    if (key->guests == GUEST_ARM)
        return mem_strdup("Arm hosts");
    cleanup_free char *names =
        join_bits(key->guests, guests, COUNT(guests), " and ");
    return mem_printf("%s guests", names);
}

/* " From 0 to 3." */
static void add_range(struct strbuf *text, const struct config_key *key)
{
    cleanup_free char *range = range_of(key);

    if (range != NULL)
        strbuf_printf(text, " F%s.", range + 1);
}

static void add_guests(struct strbuf *text, const struct config_key *key)
{
    cleanup_free char *guests = explain_guests(key);

    if (key->guests == GUEST_ARM)
        strbuf_puts(text, " On Arm only.");
    else if (key->guests != GUEST_ANY)
        strbuf_printf(text, " For %s.", guests);
}

static void add_successor(struct strbuf *text, const struct config_key *key)
{
    if (key->state == KEY_DEPRECATED)
        strbuf_printf(text, " Deprecated%s%s.", key->successor ? ": use " : "",
                      key->successor ? key->successor : "");
    else if (key->state == KEY_IGNORED && key->successor != NULL)
        strbuf_printf(text, " Use %s.", key->successor);
}

char *explain_sentences(const struct config_key *key)
{
    struct strbuf text = { 0 };

    strbuf_printf(&text, "%s.", key->help);
    add_range(&text, key);
    add_guests(&text, key);
    if (key->fallback != NULL)
        strbuf_printf(&text, " Default: %s.", key->fallback);
    add_successor(&text, key);
    if (key->state == KEY_NEWER)
        strbuf_printf(&text, " Needs Xen %s or later.", key->since);
    return strbuf_take(&text);
}

const char *explain_state(const struct config_key *key)
{
    static const char *const names[] = {
        [KEY_CURRENT] = "current", [KEY_DEPRECATED] = "deprecated",
        [KEY_IGNORED] = "ignored", [KEY_NEWER] = "newer",
        [KEY_OWN] = "own",
    };

    return names[key->state];
}

const char *explain_heading(const struct config_key *key)
{
    static const struct {
        const char *first;
        const char *heading;
    } headings[] = {
        { "name", "Identity and placement" },
        { "vcpus", "Processors and scheduling" },
        { "memory", "Memory" },
        { "on_poweroff", "The end of the guest" },
        { "kernel", "Boot" },
        { "pae", "Platform" },
        { "device_model_version", "Device model" },
        { "vga", "Graphics, sound and input" },
        { "disk", "Devices" },
        { "gic_version", "Arm" },
        { "autostart", "Keys of Xenith" },
    };

    for (size_t i = 0; i < COUNT(headings); i++)
        if (strcmp(headings[i].first, key->name) == 0)
            return headings[i].heading;
    return NULL;
}
