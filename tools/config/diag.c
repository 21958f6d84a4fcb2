/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of diagnostics and its two renderers. A diagnostic keeps a
 * reference to the text it points into, so that the line can be quoted after
 * the tree is gone. Quotes are windows: a line of a megabyte is shown around
 * the place only. Bytes that would act on a terminal are shown as `?`.
 */
#include "config/diag.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "base/utf8.h"

struct config_text {
    char *name;
    const char *bytes;
    char *owned; /* the bytes, unless they are someone else's */
    size_t length;
    unsigned int order; /* diagnostics are sorted by it first */
    unsigned int references;
};

enum {
    QUOTE_WIDTH = 160, /* bytes of a line that are shown at most */
    QUOTE_BEFORE = 60, /* of them before the place */
    MESSAGE_MAX = 240, /* bytes; of a longer one there is no middle */
};

struct config_text *config_text_borrow(const char *name, const char *bytes,
                                       size_t length, unsigned int order)
{
    struct config_text *text = MEM_NEW(struct config_text);

    text->name = mem_strdup(name);
    text->bytes = bytes;
    text->length = length;
    text->order = order;
    text->references = 1;
    return text;
}

struct config_text *config_text_adopt(const char *name, char *bytes,
                                      size_t length, unsigned int order)
{
    struct config_text *text = config_text_borrow(name, bytes, length, order);

    text->owned = bytes;
    return text;
}

struct config_text *config_text_new(const char *name, const char *bytes,
                                    size_t length, unsigned int order)
{
    return config_text_adopt(name, mem_copy_text(bytes, length), length, order);
}

struct config_text *config_text_ref(const struct config_text *text)
{
    struct config_text *counted = (struct config_text *)text;

    counted->references++;
    return counted;
}

void config_text_unref(struct config_text *text)
{
    if (text == NULL || --text->references > 0)
        return;
    free(text->name);
    free(text->owned);
    free(text);
}

const char *config_text_name(const struct config_text *text)
{
    return text->name;
}

const char *config_text_bytes(const struct config_text *text, size_t *length)
{
    *length = text->length;
    return text->bytes;
}

void config_diags_dispose(struct config_diags *diags)
{
    VEC_EACH (&diags->list, diag) {
        free(diag->message);
        free(diag->hint);
    }
    VEC_DISPOSE(&diags->list);
    VEC_EACH (&diags->texts, text)
        config_text_unref(*text);
    VEC_DISPOSE(&diags->texts);
    *diags = CONFIG_DIAGS_INIT;
}

static void keep_text(struct config_diags *diags,
                      const struct config_text *text)
{
    VEC_EACH (&diags->texts, known) {
        if (*known == text)
            return;
    }
    VEC_PUSH(&diags->texts, config_text_ref(text));
}

bool config_diags_full(const struct config_diags *diags,
                       enum config_severity severity)
{
    return severity == CONFIG_ERROR ? diags->errors > CONFIG_DIAGS_MAX
                                    : diags->warnings > CONFIG_DIAGS_MAX;
}

/* Whether a byte goes on with the UTF-8 character before it. */
static bool goes_on(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* What a file holds may be named in a message, and may be megabytes long. */
static void shorten(char *message)
{
    static const char gap[] = "...";
    size_t length = strlen(message);
    size_t head = MESSAGE_MAX / 2;
    size_t tail = MESSAGE_MAX / 2 - strlen(gap);
    const char *rest;

    if (length <= MESSAGE_MAX)
        return;
    rest = message + length - tail;
    while (head > 0 && goes_on(message[head]))
        head--;
    while (goes_on(*rest))
        rest++;
    memcpy(message + head, gap, strlen(gap));
    memmove(message + head + strlen(gap), rest, strlen(rest) + 1);
}

char *config_diag_message(const char *format, va_list args)
{
    char usual[MESSAGE_MAX + 1];
    cleanup_free char *whole = NULL;
    va_list again;
    int length;

    va_copy(again, args);
    length = vsnprintf(usual, sizeof(usual), format, args);
    if (length > MESSAGE_MAX) {
        whole = mem_zalloc((size_t)length + 1, 1);
        vsnprintf(whole, (size_t)length + 1, format, again);
        shorten(whole);
    }
    va_end(again);
    return mem_strdup(whole != NULL ? whole : length >= 0 ? usual : format);
}

void config_diag_add(struct config_diags *diags, enum config_severity severity,
                     const struct config_place *place, const char *hint,
                     const char *format, ...)
{
    struct config_diag diag = { .severity = severity };
    va_list args;

    if (diags == NULL)
        return;
    diags->errors += severity == CONFIG_ERROR;
    diags->warnings += severity == CONFIG_WARNING;
    if (config_diags_full(diags, severity)) {
        diags->truncated = true;
        return;
    }
    if (place != NULL && place->text != NULL) {
        diag.place = *place;
        keep_text(diags, place->text);
    }
    va_start(args, format);
    diag.message = config_diag_message(format, args);
    va_end(args);
    diag.hint = hint != NULL ? mem_strdup(hint) : NULL;
    VEC_PUSH(&diags->list, diag);
}

void config_diag_unknown_key(struct config_diags *diags,
                             enum config_severity severity,
                             const struct config_place *place, const char *key,
                             const char *near)
{
    cleanup_free char *hint = near_hint(near);

    config_diag_add(diags, severity, place, hint,
                    severity == CONFIG_ERROR ? "unknown key '%s'"
                                             : "unknown key '%s' is ignored",
                    key);
}

int config_diags_verdict(const struct config_diags *diags, size_t before,
                         const char *file, struct error *err)
{
    size_t errors = diags->errors - before;

    if (errors == 0)
        return 0;
    return error_set(err, ERR_CONFIG, "%s: %zu error%s", file, errors,
                     errors == 1 ? "" : "s");
}

/* What is refused is not ignored. */
static void cut_ending(char *message, const char *ending)
{
    size_t length = strlen(message);
    size_t cut = strlen(ending);

    if (length > cut && strcmp(message + length - cut, ending) == 0)
        message[length - cut] = '\0';
}

void config_diags_promote(struct config_diags *diags)
{
    VEC_EACH (&diags->list, diag) {
        if (diag->severity != CONFIG_WARNING)
            continue;
        diag->severity = CONFIG_ERROR;
        cut_ending(diag->message, "; it is ignored");
        cut_ending(diag->message, "; it is ignored here");
        if (strncmp(diag->message, "unknown ", strlen("unknown ")) == 0)
            cut_ending(diag->message, " is ignored");
    }
    diags->errors += diags->warnings;
    diags->warnings = 0;
}

struct sorted_diag {
    struct config_diag diag;
    size_t index; /* keeps the order of those at one place */
};

static int compare_diags(const void *left, const void *right)
{
    const struct sorted_diag *a = left;
    const struct sorted_diag *b = right;
    unsigned int order_a =
        a->diag.place.text ? a->diag.place.text->order : UINT32_MAX;
    unsigned int order_b =
        b->diag.place.text ? b->diag.place.text->order : UINT32_MAX;

    if (order_a != order_b)
        return order_a < order_b ? -1 : 1;
    if (a->diag.place.line != b->diag.place.line)
        return a->diag.place.line < b->diag.place.line ? -1 : 1;
    if (a->diag.place.column != b->diag.place.column)
        return a->diag.place.column < b->diag.place.column ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

void config_diags_sort(struct config_diags *diags)
{
    cleanup_free struct sorted_diag *sorted = NULL;
    size_t count = diags->list.count;

    if (count < 2)
        return;
    sorted = mem_zalloc(count, sizeof(*sorted));
    for (size_t i = 0; i < count; i++) {
        sorted[i].diag = diags->list.items[i];
        sorted[i].index = i;
    }
    qsort(sorted, count, sizeof(*sorted), compare_diags);
    for (size_t i = 0; i < count; i++)
        diags->list.items[i] = sorted[i].diag;
}

static const char *severity_name(enum config_severity severity)
{
    switch (severity) {
    case CONFIG_ERROR:
        return "error";
    case CONFIG_WARNING:
        return "warning";
    case CONFIG_NOTE:
        break;
    }
    return "note";
}

static const char *severity_colour(enum config_severity severity)
{
    switch (severity) {
    case CONFIG_ERROR:
        return "\033[1;31m";
    case CONFIG_WARNING:
        return "\033[1;35m";
    case CONFIG_NOTE:
        break;
    }
    return "\033[1;36m";
}

/* Length of the character at p; 0 if it is none or acts on terminals. */
static size_t visible_length(const char *p, const char *end)
{
    uint32_t rune;
    size_t length = utf8_decode(p, &rune);

    if (length > (size_t)(end - p) || rune < 0x20 ||
        (rune >= 0x7f && rune < 0xa0))
        return 0;
    return length;
}

static void add_visible(struct strbuf *out, const char *bytes, size_t length)
{
    const char *end = bytes + length;

    for (const char *p = bytes; p < end;) {
        size_t size = *p == '\t' ? 1 : *p != '\0' ? visible_length(p, end) : 0;

        if (size > 0)
            strbuf_add(out, p, size);
        else
            strbuf_putc(out, '?');
        p += size > 0 ? size : 1;
    }
}

/* What goes under a byte of the line so that the caret lines up with it. */
static void add_padding(struct strbuf *out, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\t')
            strbuf_putc(out, '\t');
        else if (!goes_on(bytes[i]))
            strbuf_putc(out, ' ');
    }
}

static void add_caret(struct strbuf *out, const char *bytes, size_t length,
                      bool colour)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += !goes_on(bytes[i]);
    strbuf_puts(out, colour ? "\033[1;32m^" : "^");
    for (size_t i = 1; i < count; i++)
        strbuf_putc(out, '~');
    strbuf_puts(out, colour ? "\033[0m\n" : "\n");
}

static void quote_line(const struct config_place *place, bool colour,
                       struct strbuf *out)
{
    const struct config_text *text = place->text;
    const char *at = text->bytes + place->offset;
    const char *start = at - (place->column - 1);
    size_t left = text->length - place->offset;
    const char *from = start;
    size_t length = place->length;
    const char *end;

    /* Not to the end of a line of 64 MiB for each of a thousand mistakes. */
    if (left > QUOTE_WIDTH)
        left = QUOTE_WIDTH;
    end = memchr(at, '\n', left);
    if (end == NULL)
        end = at + left;
    if (end > start && end[-1] == '\r')
        end--;
    if (at - start > QUOTE_WIDTH - QUOTE_BEFORE)
        from = at - QUOTE_BEFORE;
    if (end - from > QUOTE_WIDTH)
        end = from + QUOTE_WIDTH;
    if (at > end)
        at = end;
    if (length > (size_t)(end - at))
        length = (size_t)(end - at);
    strbuf_puts(out, from > start ? "  ..." : "  ");
    add_visible(out, from, (size_t)(end - from));
    strbuf_puts(out, from > start ? "\n     " : "\n  ");
    add_padding(out, from, (size_t)(at - from));
    add_caret(out, at, length, colour);
}

static void render_place(const struct config_place *place, struct strbuf *out)
{
    if (place->text == NULL)
        return;
    add_visible(out, place->text->name, strlen(place->text->name));
    if (place->line > 0)
        strbuf_printf(out, ":%u:%u", place->line, place->column);
    strbuf_puts(out, ": ");
}

static void render_one(const struct config_diag *diag, unsigned int flags,
                       struct strbuf *out)
{
    bool colour = flags & CONFIG_RENDER_COLOUR;

    if (colour)
        strbuf_puts(out, "\033[1m");
    render_place(&diag->place, out);
    strbuf_printf(out, "%s%s: %s",
                  colour ? severity_colour(diag->severity) : "",
                  severity_name(diag->severity), colour ? "\033[0m" : "");
    add_visible(out, diag->message, strlen(diag->message));
    strbuf_putc(out, '\n');
    if ((flags & CONFIG_RENDER_QUOTE) && diag->place.line > 0)
        quote_line(&diag->place, colour, out);
    if (diag->hint != NULL) {
        strbuf_puts(out, "  hint: ");
        add_visible(out, diag->hint, strlen(diag->hint));
        strbuf_putc(out, '\n');
    }
}

void config_diags_render(const struct config_diags *diags, unsigned int flags,
                         struct strbuf *out)
{
    VEC_EACH (&diags->list, diag) {
        if (!(flags & CONFIG_RENDER_ERRORS) || diag->severity == CONFIG_ERROR)
            render_one(diag, flags, out);
    }
    if (diags->truncated)
        strbuf_printf(out,
                      "only the first %d of each are shown of %zu errors and "
                      "%zu warnings\n",
                      CONFIG_DIAGS_MAX, diags->errors, diags->warnings);
}

void config_diags_json(const struct config_diags *diags,
                       struct json_writer *json)
{
    json_begin_array(json);
    VEC_EACH (&diags->list, diag) {
        json_begin_object(json);
        json_add_string(json, "severity", severity_name(diag->severity));
        json_add_string(json, "file",
                        diag->place.text ? diag->place.text->name : NULL);
        json_add_uint(json, "line", diag->place.line);
        json_add_uint(json, "column", diag->place.column);
        json_add_uint(json, "length", diag->place.length);
        json_add_string(json, "message", diag->message);
        json_add_string(json, "hint", diag->hint);
        json_end_object(json);
    }
    json_end_array(json);
}
