/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Domain to settings: the order of the steps, and how values are put in the
 * syntax of a file. A step writes in any order; the settings are sorted into
 * that of the table.
 */
#include "config/write.h"

#include <inttypes.h>
#include <string.h>

#include <libxl_utils.h>

#include "base/mem.h"
#include "config/layout.h"

/* Takes the value over. */
static void add_setting(struct write *write, const char *key, char *value)
{
    VEC_PUSH(&write->out->list,
             ((struct config_setting){ .key = config_key_find(key),
                                       .value = value }));
}

static void quote(struct strbuf *out, const char *text)
{
    static const char meanings[] = "\a\b\f\n\r\t\v\"\\";
    static const char escapes[] = "abfnrtv\"\\";

    strbuf_putc(out, '"');
    for (; *text != '\0'; text++) {
        const char *found = strchr(meanings, *text);

        if (found != NULL)
            strbuf_putc(out, '\\');
        strbuf_putc(out, found != NULL ? escapes[found - meanings] : *text);
    }
    strbuf_putc(out, '"');
}

void write_text(struct write *write, const char *key, const char *text)
{
    struct strbuf value = { 0 };

    if (text == NULL)
        return;
    quote(&value, text);
    add_setting(write, key, strbuf_take(&value));
}

void write_number(struct write *write, const char *key, int64_t number)
{
    add_setting(
        write, key,
        mem_printf(number < 0 ? "\"%" PRId64 "\"" : "%" PRId64, number));
}

void write_truth(struct write *write, const char *key, libxl_defbool truth)
{
    if (!libxl_defbool_is_default(truth))
        write_number(write, key, libxl_defbool_val(truth));
}

const char *write_find_word(const libxl_enum_string_table *words, int number)
{
    for (; words->s != NULL; words++)
        if (words->v == number)
            return words->s;
    return NULL;
}

void write_word(struct write *write, const char *key,
                const libxl_enum_string_table *words, int number)
{
    write_text(write, key, write_find_word(words, number));
}

void write_item(struct strbuf *list, const char *text)
{
    strbuf_puts(list, list->length > 0 ? ", " : "[ ");
    quote(list, text);
}

void write_list(struct write *write, const char *key, struct strbuf *list)
{
    if (list->length == 0)
        return;
    strbuf_puts(list, " ]");
    add_setting(write, key, strbuf_take(list));
}

void write_nested(struct strbuf *outer, struct strbuf *list)
{
    strbuf_puts(outer, outer->length > 0 ? ", " : "[ ");
    strbuf_printf(outer, "%s ]", list->length > 0 ? list->text : "[");
    strbuf_dispose(list);
}

void write_strings(struct write *write, const char *key,
                   const libxl_string_list strings)
{
    cleanup_strbuf struct strbuf list = { 0 };

    if (strings == NULL)
        return;
    for (size_t i = 0; strings[i] != NULL; i++)
        write_item(&list, strings[i]);
    if (list.length == 0)
        strbuf_puts(&list, "[");
    write_list(write, key, &list);
}

void write_note(struct write *write, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    VEC_PUSH(&write->out->notes, mem_vprintf(format, args));
    va_end(args);
}

char *write_cpu_list(const libxl_bitmap *map)
{
    struct strbuf text = { 0 };
    int bits = (int)map->size * 8;

    if (bits > 0 && libxl_bitmap_is_full(map))
        return mem_strdup("all");
    for (int first = 0; first < bits; first++) {
        int last = first;

        if (!libxl_bitmap_test(map, first))
            continue;
        while (last + 1 < bits && libxl_bitmap_test(map, last + 1))
            last++;
        strbuf_printf(&text, text.length > 0 ? ",%d" : "%d", first);
        if (last > first)
            strbuf_printf(&text, "-%d", last);
        first = last;
    }
    return strbuf_take(&text);
}

/* xl names a domain's maximum only where it is not what it starts with. */
static bool is_implied(const struct config_settings *settings,
                       const struct config_setting *setting)
{
    const char *start = NULL;

    if (strcmp(setting->key->name, "maxmem") == 0)
        start = config_settings_find(settings, config_key_find("memory"));
    return start != NULL && strcmp(start, setting->value) == 0;
}

static void drop_implied(struct config_settings *settings)
{
    size_t kept = 0;

    VEC_EACH (&settings->list, setting) {
        if (is_implied(settings, setting))
            free(setting->value);
        else
            settings->list.items[kept++] = *setting;
    }
    settings->list.count = kept;
}

static int compare_settings(const void *a, const void *b)
{
    const struct config_setting *left = a;
    const struct config_setting *right = b;
    size_t one = config_key_number(left->key);
    size_t other = config_key_number(right->key);

    return (one > other) - (one < other);
}

static void run_steps(struct write *write)
{
    write_simple_keys(write);
    write_identity(write);
    write_vcpus(write);
    write_vnuma(write);
    write_affinity(write);
    write_actions(write);
    write_boot(write);
    write_platform(write);
    write_cpuid(write);
    write_disks(write);
    write_nics(write);
    write_pci(write);
    write_resources(write);
    write_usb(write);
    write_small_devices(write);
    write_channels(write);
    write_vdispls(write);
    write_vsnds(write);
    write_framebuffers(write);
    write_vkbs(write);
    write_display(write);
    write_own(write);
}

/* The same name and type and nothing else. */
static void make_fresh(struct domain_spec *fresh, libxl_domain_type type,
                       const struct xlconf *defaults)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_config_tree struct config_tree *tree = NULL;
    const char *word = libxl_domain_type_to_string(type);
    cleanup_free char *text =
        mem_printf("name = \"\"\ntype = \"%s\"\n", word != NULL ? word : "pv");
    const struct config_source source = { .text = text,
                                          .length = strlen(text) };

    domain_spec_init(fresh);
    /* It has nothing to boot; what else it has is what is asked for. */
    if (config_read(&source, &tree, &diags, NULL) == 0)
        config_fill(tree, defaults, NULL, fresh, &diags);
}

void config_settings_make(struct config_settings *settings,
                          const struct domain_spec *spec,
                          const struct xlconf *defaults)
{
    libxl_domain_type type = spec->config.c_info.type;
    struct domain_spec cleanup_domain_spec fresh;
    struct write write = {
        .spec = spec,
        .fresh = &fresh,
        .config = &spec->config,
        .c_info = &spec->config.c_info,
        .b_info = &spec->config.b_info,
        .guest = type == LIBXL_DOMAIN_TYPE_HVM   ? GUEST_HVM
                 : type == LIBXL_DOMAIN_TYPE_PVH ? GUEST_PVH
                                                 : GUEST_PV,
        .out = settings,
    };

    make_fresh(&fresh, type, defaults);
    run_steps(&write);
    drop_implied(settings);
    if (settings->list.count > 0)
        qsort(settings->list.items, settings->list.count,
              sizeof(*settings->list.items), compare_settings);
}

void config_settings_dispose(struct config_settings *settings)
{
    VEC_EACH (&settings->list, setting)
        free(setting->value);
    VEC_DISPOSE(&settings->list);
    VEC_EACH (&settings->notes, note)
        free(*note);
    VEC_DISPOSE(&settings->notes);
}

const char *config_settings_find(const struct config_settings *settings,
                                 const struct config_key *key)
{
    VEC_EACH (&settings->list, setting)
        if (setting->key == key)
            return setting->value;
    return NULL;
}

void config_setting_render(const struct config_key *key, const char *value,
                           struct strbuf *out)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_free char *line = mem_printf("%s = %s\n", key->name, value);
    struct config_text *text =
        config_text_new(key->name, line, strlen(line), 0);

    if (config_layout(text, &diags, out) < 0)
        strbuf_puts(out, line);
    config_text_unref(text);
}

void config_settings_render(const struct config_settings *settings,
                            struct strbuf *out)
{
    VEC_EACH (&settings->notes, note)
        strbuf_printf(out, "# %s\n", *note);
    VEC_EACH (&settings->list, setting)
        config_setting_render(setting->key, setting->value, out);
}
