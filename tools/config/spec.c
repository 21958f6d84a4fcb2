/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Walks strings of the form `key=value,flag,...` by tables of fields. As in
 * xl, words are separated by commas, empty words do not count, blanks before
 * a word are skipped and the last of two equal keys wins.
 */
#include "config/spec.h"
#include "config/write.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "base/near.h"
#include "config/parse.h"
#include "config/subkey.h"

void spec_open(struct spec *spec, struct fill *fill,
               const struct config_value *value)
{
    spec->fill = fill;
    spec->value = value;
    spec->buffer = mem_strdup(value->u.atom.text);
    spec->next = spec->buffer;
    spec->set_count = 0;
}

void spec_close(struct spec *spec)
{
    free(spec->buffer);
    spec->buffer = NULL;
}

/* Words are values, too: a file of nothing but them is no configuration. */
static bool count_word(struct fill *fill, const struct config_value *value)
{
    if (fill->words > CONFIG_MAX_VALUES)
        return false;
    if (++fill->words > CONFIG_MAX_VALUES) {
        fill_error(fill, value, "nothing after it was read",
                   "more than %d settings in one configuration",
                   CONFIG_MAX_VALUES);
        return false;
    }
    return true;
}

char *spec_next_part(struct fill *fill, const struct config_value *value,
                     char separator, char **rest)
{
    char *part = *rest;
    char *end;

    while (*part == separator)
        part++;
    if (*part == '\0' || !count_word(fill, value))
        return NULL;
    end = strchrnul(part, separator);
    *rest = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return part;
}

char *spec_next_exact(struct spec *spec)
{
    char *word = spec->next;
    char *comma;

    if (*word == '\0' || !count_word(spec->fill, spec->value))
        return NULL;
    comma = strchr(word, ',');
    spec->next = comma != NULL ? comma + 1 : word + strlen(word);
    if (comma != NULL)
        *comma = '\0';
    return word;
}

char *spec_next(struct spec *spec)
{
    char *word;

    spec->next += strspn(spec->next, ",");
    word = spec_next_exact(spec);
    return word != NULL ? word + strspn(word, " ") : NULL;
}

__attribute__((format(printf, 5, 0))) static void
add_at(struct spec *spec, enum config_severity severity, const char *word,
       const char *hint, const char *format, va_list args)
{
    cleanup_free char *message = config_diag_message(format, args);
    struct config_place place = spec->value->place;

    /* To find the place of a word takes time. */
    if (!config_diags_full(spec->fill->diags, severity))
        place = config_value_place(spec->value, (size_t)(word - spec->buffer),
                                   strlen(word));
    config_diag_add(spec->fill->diags, severity, &place, hint, "%s", message);
}

void spec_error(struct spec *spec, const char *word, const char *hint,
                const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_at(spec, CONFIG_ERROR, word, hint, format, args);
    va_end(args);
}

void spec_warn(struct spec *spec, const char *word, const char *hint,
               const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_at(spec, CONFIG_WARNING, word, hint, format, args);
    va_end(args);
}

void spec_doubt(struct spec *spec, const char *word, const char *hint,
                const char *format, ...)
{
    cleanup_free char *message = NULL;
    va_list args;

    va_start(args, format);
    message = config_diag_message(format, args);
    va_end(args);
    if (spec->fill->command_line)
        spec_error(spec, word, hint, "%s", message);
    else
        spec_warn(spec, word, hint, "%s; it is ignored", message);
}

/* Reads as much of a number as xl does and reports what it would not say. */
static long read_number(struct spec *spec, const char *text, int base, long min,
                        long max)
{
    char *end;
    long number;

    errno = 0;
    number = strtol(text, &end, base);
    if (end == text || *end != '\0')
        spec_warn(spec, text, NULL, "'%s' is not a number; it is taken as %ld",
                  text, end == text ? 0L : number);
    if (errno == ERANGE || number < min || number > max) {
        spec_error(spec, text, NULL, "%s is out of range (%ld to %ld)", text,
                   min, max);
        return min > 0 ? min : 0;
    }
    return number;
}

static void store_enum(struct spec *spec, const struct spec_field *field,
                       void *place, const char *text)
{
    cleanup_free char *hint = NULL;

    if (fill_find_word(field->words, text, place))
        return;
    hint = fill_words_text(field->words);
    spec_error(spec, text, hint, "'%s' is not a value of '%s'", text,
               field->name);
}

static void store_value(struct spec *spec, const struct spec_field *field,
                        void *object, const char *text)
{
    void *place = (char *)object + field->offset;

    switch (field->kind) {
    case SPEC_TEXT:
        fill_replace_text(place, text);
        break;
    case SPEC_NUMBER:
        if (strspn(text, "0123456789") == 0) {
            spec_error(spec, text, NULL, "'%s' is not a number", text);
            break;
        }
        /* fall through */
    case SPEC_INT:
        *(int *)place = (int)read_number(spec, text, 10, INT_MIN, INT_MAX);
        break;
    case SPEC_UINT:
        *(uint32_t *)place =
            (uint32_t)read_number(spec, text, 0, 0, UINT32_MAX);
        break;
    case SPEC_U8:
        *(uint8_t *)place = (uint8_t)read_number(spec, text, 0, 0, UINT8_MAX);
        break;
    case SPEC_BOOL:
        *(bool *)place = read_number(spec, text, 0, 0, INT_MAX) != 0;
        break;
    case SPEC_DEFBOOL:
        libxl_defbool_set(place,
                          read_number(spec, text, 10, INT_MIN, INT_MAX) != 0);
        break;
    case SPEC_ENUM:
        store_enum(spec, field, place, text);
        break;
    case SPEC_FUNCTION:
        field->parse(spec, object, text);
        break;
    case SPEC_SET:
    case SPEC_CLEAR:
        break;
    }
}

static bool is_flag(const struct spec_field *field)
{
    return field->kind == SPEC_SET || field->kind == SPEC_CLEAR;
}

/* As in xl the last one counts. */
void spec_note_set(struct spec *spec, const struct spec_field *field,
                   const char *word)
{
    for (size_t i = 0; i < spec->set_count; i++)
        if (spec->set[i] == field) {
            spec_warn(spec, word, "remove one of the two",
                      "'%s' is set twice in one string; the last one counts",
                      field->name);
            return;
        }
    if (spec->set_count < SPEC_REMEMBERED)
        spec->set[spec->set_count++] = field;
}

bool spec_store(struct spec *spec, const struct spec_field *fields,
                size_t count, void *object, char *word)
{
    const char *equals = strchr(word, '=');
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);

    for (size_t i = 0; i < count; i++) {
        const struct spec_field *field = &fields[i];

        /* Most differ in the first byte: no call is worth it. */
        if (field->name[0] != word[0] ||
            strncmp(field->name, word, length) != 0 ||
            field->name[length] != '\0' || is_flag(field) != (equals == NULL))
            continue;
        spec_note_set(spec, field, word);
        if (equals == NULL)
            libxl_defbool_set((void *)((char *)object + field->offset),
                              field->kind == SPEC_SET);
        else
            store_value(spec, field, object, equals + 1);
        return true;
    }
    return false;
}

/* Is it a setting of a later Xen? Then that was said. */
static bool is_newer(struct spec *spec, const struct spec_field *fields,
                     const char *name, const char *word, bool fatal)
{
    const char *key = spec_key_of(fields);
    const struct config_subkey *setting =
        key != NULL ? config_subkey_find(key, name) : NULL;

    if (setting == NULL || setting->since == NULL)
        return false;
    if (fatal)
        spec_error(spec, word, NULL, "'%s' needs Xen %s", name, setting->since);
    else
        spec_doubt(spec, word, NULL, "'%s' needs Xen %s", name, setting->since);
    return true;
}

void spec_unknown(struct spec *spec, const struct spec_field *fields,
                  size_t count, char *word, bool fatal, const char *kind)
{
    cleanup_free char *name = mem_strndup(word, strcspn(word, "="));
    struct near near = near_begin(name);
    bool is_full = config_diags_full(spec->fill->diags,
                                     fatal ? CONFIG_ERROR : CONFIG_WARNING);

    for (size_t i = 0; i < count && !is_full; i++)
        near_offer(&near, fields[i].name);
    if (is_newer(spec, fields, name, word, fatal))
        return;
    cleanup_free char *hint = near_hint(near_best(&near));
    if (fatal || spec->fill->command_line)
        spec_error(spec, word, hint, "unknown setting '%s' in %s", name, kind);
    else
        spec_warn(spec, word, hint, "unknown setting '%s' in %s is ignored",
                  name, kind);
}

void spec_read(struct fill *fill, struct fill_words words,
               const struct spec_field *fields, size_t count, void *object,
               bool fatal, const char *kind)
{
    const struct config_value *value = NULL;

    while ((value = fill_next_word(words, value)) != NULL) {
        struct spec cleanup_spec spec;
        char *word;

        spec_open(&spec, fill, value);
        while ((word = spec_next(&spec)) != NULL) {
            if (!spec_store(&spec, fields, count, object, word))
                spec_unknown(&spec, fields, count, word, fatal, kind);
        }
    }
}

void write_spec_add(struct write_spec *spec, const char *name,
                    const char *value)
{
    if (value == NULL)
        return;
    if (strchr(value, ',') != NULL) {
        write_note(spec->write,
                   "%s: %s '%s' has a comma, which no file can say", spec->key,
                   name != NULL ? name : "a value", value);
        return;
    }
    strbuf_printf(&spec->text, "%s%s%s%s", spec->text.length > 0 ? "," : "",
                  name != NULL ? name : "", name != NULL ? "=" : "", value);
}

static void add_number(struct write_spec *spec, const char *name,
                       int64_t number, int64_t fresh)
{
    cleanup_free char *text = mem_printf("%" PRId64, number);

    if (number != fresh)
        write_spec_add(spec, name, text);
}

static void add_truth(struct write_spec *spec, const struct spec_field *field,
                      libxl_defbool truth)
{
    if (libxl_defbool_is_default(truth))
        return;
    if (field->kind == SPEC_DEFBOOL)
        write_spec_add(spec, field->name, libxl_defbool_val(truth) ? "1" : "0");
    else if (libxl_defbool_val(truth) == (field->kind == SPEC_SET))
        write_spec_add(spec, NULL, field->name);
}

static void add_function(struct write_spec *spec,
                         const struct spec_field *field, const void *object)
{
    cleanup_free char *text =
        field->write != NULL ? field->write(object) : NULL;

    write_spec_add(spec, field->name, text);
}

static void add_text(struct write_spec *spec, const char *name,
                     const char *text, const char *fresh)
{
    if (text != NULL && (fresh == NULL || strcmp(text, fresh) != 0))
        write_spec_add(spec, name, text);
}

static void add_field(struct write_spec *spec, const struct spec_field *field,
                      const void *object, const void *fresh)
{
    const void *place = (const char *)object + field->offset;
    const void *usual = (const char *)fresh + field->offset;

    switch (field->kind) {
    case SPEC_TEXT:
        add_text(spec, field->name, *(char *const *)place,
                 *(char *const *)usual);
        break;
    case SPEC_NUMBER:
    case SPEC_INT:
        add_number(spec, field->name, *(const int *)place, *(const int *)usual);
        break;
    case SPEC_UINT:
        add_number(spec, field->name, *(const uint32_t *)place,
                   *(const uint32_t *)usual);
        break;
    case SPEC_U8:
        add_number(spec, field->name, *(const uint8_t *)place,
                   *(const uint8_t *)usual);
        break;
    case SPEC_BOOL:
        add_number(spec, field->name, *(const bool *)place,
                   *(const bool *)usual);
        break;
    case SPEC_ENUM:
        if (*(const int *)place != *(const int *)usual)
            write_spec_add(spec, field->name,
                           write_find_word(field->words, *(const int *)place));
        break;
    case SPEC_DEFBOOL:
    case SPEC_SET:
    case SPEC_CLEAR:
        add_truth(spec, field, *(const libxl_defbool *)place);
        break;
    case SPEC_FUNCTION:
        add_function(spec, field, object);
        break;
    }
}

void write_spec_fields(struct write_spec *spec, const struct spec_field *fields,
                       size_t count, const void *object, const void *fresh)
{
    for (size_t i = 0; i < count; i++)
        add_field(spec, &fields[i], object, fresh);
}

void write_spec_backend(struct write_spec *spec, const char *domname,
                        libxl_domid domid)
{
    cleanup_free char *number = mem_printf("%u", domid);

    if (domname == NULL && domid != 0)
        write_spec_add(spec, "backend", number);
}

void write_spec_end(struct write_spec *spec, struct strbuf *list)
{
    write_item(list, spec->text.text != NULL ? spec->text.text : "");
    strbuf_dispose(&spec->text);
}
