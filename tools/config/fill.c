/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tree to domain: the order of the steps, what they share, and what is said
 * about keys as such (unknown, deprecated, ignored, without effect). Steps
 * that depend on one another stand in the order in which xl reads the keys.
 */
#include "config/fill.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "config/parse.h"

__attribute__((format(printf, 5, 0))) static void
add_at_value(struct fill *fill, enum config_severity severity,
             const struct config_value *value, const char *hint,
             const char *format, va_list args)
{
    cleanup_free char *message = config_diag_message(format, args);

    config_diag_add(fill->diags, severity, &value->place, hint, "%s", message);
}

void fill_error(struct fill *fill, const struct config_value *value,
                const char *hint, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_at_value(fill, CONFIG_ERROR, value, hint, format, args);
    va_end(args);
}

void fill_warn(struct fill *fill, const struct config_value *value,
               const char *hint, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_at_value(fill, CONFIG_WARNING, value, hint, format, args);
    va_end(args);
}

void fill_error_file(struct fill *fill, const char *hint, const char *format,
                     ...)
{
    struct config_place place = { .text = config_tree_text(fill->tree) };
    cleanup_free char *message = NULL;
    va_list args;

    if (fill->broken)
        return;
    va_start(args, format);
    message = config_diag_message(format, args);
    va_end(args);
    config_diag_add(fill->diags, CONFIG_ERROR, &place, hint, "%s", message);
}

const struct config_value *fill_value(struct fill *fill, const char *key)
{
    const struct config_assignment *set = config_tree_find(fill->tree, key);

    return set != NULL ? set->value : NULL;
}

/* A bad value that xl only ignores is a warning, unless the row says no. */
static void report_type(struct fill *fill, const char *key,
                        const struct config_value *value, const char *wanted)
{
    const struct config_key *row = config_key_find(key);

    if (row != NULL && row->fatal)
        fill_error(fill, value, NULL, "'%s' must be %s", key, wanted);
    else
        fill_warn(fill, value, NULL, "'%s' must be %s; it is ignored", key,
                  wanted);
}

bool fill_text(struct fill *fill, const char *key, const char **text)
{
    const struct config_value *value = fill_value(fill, key);

    if (value == NULL)
        return false;
    if (value->type != CONFIG_ATOM) {
        report_type(fill, key, value, "a single value, not a list");
        return false;
    }
    *text = value->u.atom.text;
    return true;
}

bool fill_is_number(const struct config_value *value, long *number)
{
    const char *text = value->u.atom.text;
    char *end;

    if (value->type != CONFIG_ATOM)
        return false;
    errno = 0;
    *number = strtol(text, &end, 0);
    return errno == 0 && end != text && *end == '\0';
}

bool fill_quiet_number(const struct config_value *value, long *number)
{
    return value->type == CONFIG_ATOM && !value->added &&
           fill_is_number(value, number);
}

const char *fill_quiet_text(const struct config_value *value)
{
    return value != NULL && value->type == CONFIG_ATOM ? value->u.atom.text
                                                       : NULL;
}

bool fill_is_on(libxl_defbool truth, bool usual)
{
    return libxl_defbool_is_default(truth) ? usual : libxl_defbool_val(truth);
}

bool fill_is_traditional(struct fill *fill)
{
    return fill->b_info->device_model_version ==
           LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL;
}

static void report_number(struct fill *fill, const char *key,
                          const struct config_value *value)
{
    const struct config_key *row = config_key_find(key);
    cleanup_free char *wanted = NULL;

    if (row != NULL && row->types & KEY_BOOL)
        wanted = mem_strdup("1 or 0");
    else if (row != NULL && row->max != 0 && row->max < INT_MAX)
        wanted =
            mem_printf("a whole number from %ld to %ld", row->min, row->max);
    else
        wanted = mem_strdup("a whole number");
    if (value->type == CONFIG_ATOM && value->added)
        report_type(fill, key, value, "a number: += does not add numbers");
    else
        report_type(fill, key, value, wanted);
}

bool fill_number(struct fill *fill, const char *key, long *number)
{
    const struct config_value *value = fill_value(fill, key);
    const struct config_key *row;

    if (value == NULL)
        return false;
    if (!fill_quiet_number(value, number)) {
        report_number(fill, key, value);
        return false;
    }
    row = config_key_find(key);
    /* xl: it would cut the number to the size of its field. */
    if (row != NULL && (row->min != 0 || row->max != 0) &&
        (*number < row->min || *number > row->max)) {
        fill_error(fill, value, NULL,
                   "'%s' must be a whole number from %ld to %ld", key, row->min,
                   row->max);
        return false;
    }
    return true;
}

bool fill_bool(struct fill *fill, const char *key, libxl_defbool *truth)
{
    long number;

    if (!fill_number(fill, key, &number))
        return false;
    libxl_defbool_set(truth, number != 0);
    return true;
}

void fill_replace_text(char **field, const char *text)
{
    free(*field);
    *field = mem_strdup(text);
}

bool fill_replace(struct fill *fill, const char *key, char **field)
{
    const char *text;

    if (!fill_text(fill, key, &text))
        return false;
    fill_replace_text(field, text);
    return true;
}

const struct config_value *fill_list(struct fill *fill, const char *key)
{
    const struct config_value *value = fill_value(fill, key);

    if (value != NULL && value->type != CONFIG_LIST) {
        report_type(fill, key, value, "a list: [ ... ]");
        return NULL;
    }
    return value;
}

const struct config_value *fill_devices(struct fill *fill, const char *key)
{
    const struct config_value *list = fill_list(fill, key);

    if (list == NULL)
        return NULL;
    fill->devices += list->u.list.count;
    if (fill->devices > CONFIG_MAX_DEVICES) {
        fill_error(fill, list, NULL,
                   "more than %d devices in one configuration",
                   CONFIG_MAX_DEVICES);
        return NULL;
    }
    return list;
}

const struct config_value *fill_item(struct fill *fill, const char *key,
                                     const struct config_value *list,
                                     const struct config_value *item)
{
    const struct config_value *next =
        item == NULL ? list->u.list.first : item->next;

    if (next != NULL && next->type != CONFIG_ATOM) {
        fill_warn(fill, next, "xl stops reading here, and so does this",
                  "a list inside '%s': it and what follows is ignored", key);
        return NULL;
    }
    return next;
}

const struct config_value *fill_next_word(struct fill_words words,
                                          const struct config_value *word)
{
    const struct config_value *last = words.first;

    for (size_t i = 1; i < words.count; i++)
        last = last->next;
    if (word == NULL)
        return words.first;
    return word == last ? NULL : word->next;
}

libxl_string_list fill_strings(struct fill *fill, const char *key,
                               const struct config_value *list)
{
    const struct config_value *item = NULL;
    libxl_string_list strings =
        mem_zalloc(list->u.list.count + 1, sizeof(char *));
    size_t count = 0;

    while ((item = fill_item(fill, key, list, item)) != NULL)
        strings[count++] = mem_strdup(item->u.atom.text);
    return strings;
}

bool fill_find_word(const libxl_enum_string_table *words, const char *text,
                    int *number)
{
    for (; words->s != NULL; words++) {
        if (strcasecmp(words->s, text) == 0) {
            *number = words->v;
            return true;
        }
    }
    return false;
}

char *fill_list_words(const char *before, const libxl_enum_string_table *words)
{
    struct strbuf text = { 0 };

    strbuf_puts(&text, before);
    for (size_t i = 0; words[i].s != NULL; i++)
        strbuf_printf(&text, "%s%s", i > 0 ? ", " : "", words[i].s);
    return strbuf_take(&text);
}

char *fill_words_text(const libxl_enum_string_table *words)
{
    return fill_list_words("it is one of ", words);
}

/* The first Xen that has a value which this one lacks; NULL: none. */
static const char *newer_value(const char *key, const char *text)
{
    static const struct {
        const char *key, *text, *since;
    } values[] = {
        { "tee", "ffa", "4.18" },
    };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        if (strcmp(values[i].key, key) == 0 &&
            strcasecmp(values[i].text, text) == 0)
            return values[i].since;
    return NULL;
}

bool fill_enum(struct fill *fill, const char *key,
               const libxl_enum_string_table *words, int *number)
{
    cleanup_free char *hint = NULL;
    const char *text;

    if (!fill_text(fill, key, &text))
        return false;
    if (fill_find_word(words, text, number))
        return true;
    if (newer_value(key, text) != NULL) {
        fill_error(fill, fill_value(fill, key), NULL,
                   "'%s' of '%s' needs Xen %s", text, key,
                   newer_value(key, text));
        return false;
    }
    hint = fill_words_text(words);
    fill_error(fill, fill_value(fill, key), hint, "'%s' is not a value of '%s'",
               text, key);
    return false;
}

void *fill_extend(void *array, int *count, size_t size)
{
    void **items = array;
    char *item;

    /* Twice the room where the count is a power of two: it is full then. */
    if ((*count & (*count - 1)) == 0)
        *items =
            mem_realloc(*items, *count == 0 ? 1 : (size_t)*count * 2, size);
    item = (char *)*items + (size_t)*count * size;
    memset(item, 0, size);
    ++*count;
    return item;
}

static const char *guest_name(unsigned int guest)
{
    return guest == GUEST_HVM ? "HVM" : guest == GUEST_PVH ? "PVH" : "PV";
}

static void check_state(struct fill *fill, const struct config_key *key,
                        const struct config_assignment *set)
{
    cleanup_free char *hint = NULL;

    if (key->successor != NULL)
        hint = mem_printf("use %s", key->successor);
    switch (key->state) {
    case KEY_DEPRECATED:
        config_diag_add(fill->diags, CONFIG_WARNING, &set->place, hint,
                        "'%s' is deprecated", key->name);
        break;
    case KEY_IGNORED:
        config_diag_add(fill->diags, CONFIG_WARNING, &set->place, hint,
                        "'%s' has no effect and is ignored", key->name);
        break;
    case KEY_NEWER:
        config_diag_add(fill->diags, CONFIG_WARNING, &set->place, NULL,
                        "'%s' needs Xen %s; it is ignored here", key->name,
                        key->since);
        break;
    case KEY_CURRENT:
    case KEY_OWN:
        if (key->set == SET_UNSUPPORTED)
            config_diag_add(fill->diags, CONFIG_ERROR, &set->place, NULL,
                            "'%s' is not supported yet", key->name);
        break;
    }
}

static bool has_effect(const struct fill *fill, const struct config_key *key)
{
#if defined(__arm__) || defined(__aarch64__)
    return key->guests & (fill->guest | GUEST_ARM);
#else
    return key->guests & fill->guest;
#endif
}

static void check_key(struct fill *fill, const struct config_assignment *set)
{
    const struct config_key *key = config_key_find(set->key);

    if (key == NULL) {
        const char *near = NULL;

        /* Looking for a near key is slow; a hostile file has many. */
        if (fill->diags->warnings < CONFIG_DIAGS_MAX)
            near = config_key_near(set->key);
        config_diag_unknown_key(fill->diags, CONFIG_WARNING, &set->place,
                                set->key, near);
        return;
    }
    check_state(fill, key, set);
    if (!fill->broken && key->state != KEY_IGNORED && key->state != KEY_NEWER &&
        !key->refused && !has_effect(fill, key))
        config_diag_add(fill->diags, CONFIG_WARNING, &set->place, NULL,
                        key->guests == GUEST_ARM
                            ? "'%s' has an effect on Arm hosts only"
                            : "'%s' has no effect on a %s guest",
                        key->name, guest_name(fill->guest));
}

static void check_keys(struct fill *fill)
{
    const struct config_assignment *set = config_tree_first(fill->tree);

    for (; set != NULL; set = set->next) {
        if (set->last)
            check_key(fill, set);
    }
}

static void run_steps(struct fill *fill)
{
    fill_identity(fill);
    check_keys(fill);
    fill_simple_keys(fill);
    fill_vcpus(fill);
    fill_vnuma(fill);
    fill_affinity(fill);
    fill_actions(fill);
    fill_pci(fill);
    fill_boot(fill);
    fill_platform(fill);
    fill_resources(fill);
    fill_disks(fill);
    fill_small_devices(fill);
    fill_vdispls(fill);
    fill_vsnds(fill);
    fill_channels(fill);
    fill_nics(fill);
    fill_framebuffers(fill);
    fill_usb(fill);
    fill_cpuid(fill);
    fill_display(fill);
    fill_vkbs(fill);
    fill_own(fill);
    fill_check_rules(fill);
    fill_check_needs(fill);
    fill_global_masks(fill);
}

int config_fill(const struct config_tree *tree, const struct xlconf *defaults,
                const struct config_host_facts *facts, struct domain_spec *spec,
                struct config_diags *diags)
{
    static const struct config_host_facts unknown_host;
    struct xlconf cleanup_xlconf shipped;
    struct fill fill = {
        .tree = tree,
        .defaults = defaults,
        .facts = facts != NULL ? facts : &unknown_host,
        .spec = spec,
        .c_info = &spec->config.c_info,
        .b_info = &spec->config.b_info,
        .diags = diags,
        .broken = diags->errors > 0,
    };

    xlconf_init(&shipped);
    if (defaults == NULL)
        fill.defaults = &shipped;
    run_steps(&fill);
    return diags->errors > 0 ? -1 : 0;
}
