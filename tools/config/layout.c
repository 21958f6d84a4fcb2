/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tokens to text. A text without mistakes is walked once more; of each value a
 * small tree is made, which knows whether it fits on its line. What the text
 * says is in the tokens, so it cannot change; only comments and empty lines
 * are looked at beside them.
 */
#include "config/layout.h"

#include <string.h>

#include "base/mem.h"
#include "config/lex.h"
#include "config/parse.h"

enum {
    WIDTH = 80,
    INDENT = 4,
};

enum node_type {
    NODE_ATOM,
    NODE_LIST,
    NODE_COMMENT,
};

/* A value, or a comment between the items of a list. */
struct node {
    enum node_type type;
    char *text;  /* of an atom or comment; owned */
    bool behind; /* a comment that has something before it on its line */
    VEC(struct node) items;
};

struct layout {
    struct config_lexer lexer;
    struct config_token token;  /* the one being looked at */
    unsigned int last_line;     /* of the token before it */
    unsigned int settings_line; /* of the end of the last setting */
    bool gap;                   /* an empty line is due */
    struct strbuf *out;
};

static void advance(struct layout *layout)
{
    layout->last_line = layout->token.place.line;
    config_lexer_next(&layout->lexer, &layout->token);
}

static void node_dispose(struct node *node)
{
    free(node->text);
    VEC_EACH (&node->items, item)
        node_dispose(item);
    VEC_DISPOSE(&node->items);
}

static bool is_comment(const struct config_token *token)
{
    return token->type == CONFIG_TOKEN_NEWLINE && token->start[0] == '#';
}

/* How long it is without the blanks at its end. */
static size_t comment_length(const struct config_token *token)
{
    size_t length = token->length;

    while (length > 0 && strchr(" \t\r\n", token->start[length - 1]) != NULL)
        length--;
    return length;
}

/* The inside of a string, as it stands between double quotes. */
static void requote(const char *p, const char *end, struct strbuf *out)
{
    while (p < end) {
        if (*p == '\\' && p + 1 < end) {
            if (p[1] != '\'')
                strbuf_putc(out, '\\');
            strbuf_putc(out, p[1]);
            p += 2;
            continue;
        }
        if (*p == '"')
            strbuf_putc(out, '\\');
        strbuf_putc(out, *p++);
    }
}

static char *copy_atom(const struct config_token *token)
{
    struct strbuf text = { 0 };

    if (token->type == CONFIG_TOKEN_NUMBER)
        return mem_strndup(token->start, token->length);
    strbuf_putc(&text, '"');
    requote(token->start + 1, token->start + token->length - 1, &text);
    strbuf_putc(&text, '"');
    return strbuf_take(&text);
}

static void read_value(struct layout *layout, struct node *node);

/* One token inside a list. */
static void read_in_list(struct layout *layout, struct node *list)
{
    struct node item = { .type = NODE_COMMENT };

    switch (layout->token.type) {
    case CONFIG_TOKEN_NEWLINE:
        if (is_comment(&layout->token)) {
            item.text = mem_strndup(layout->token.start,
                                    comment_length(&layout->token));
            item.behind = layout->token.place.line == layout->last_line;
            VEC_PUSH(&list->items, item);
        }
        advance(layout);
        break;
    case CONFIG_TOKEN_COMMA:
        advance(layout);
        break;
    default:
        read_value(layout, &item);
        VEC_PUSH(&list->items, item);
    }
}

/* The parser has bounded how deep lists go. */
static void read_value(struct layout *layout, struct node *node)
{
    *node = (struct node){ .type = NODE_ATOM };
    if (layout->token.type != CONFIG_TOKEN_OPEN) {
        node->text = copy_atom(&layout->token);
        advance(layout);
        return;
    }
    node->type = NODE_LIST;
    advance(layout);
    while (layout->token.type != CONFIG_TOKEN_CLOSE)
        read_in_list(layout, node);
    advance(layout);
}

static size_t count_columns(const char *text)
{
    size_t columns = 0;

    for (; *text != '\0'; text++)
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    return columns;
}

/* How wide it is on one line; more than WIDTH when it cannot be on one. */
static size_t line_width(const struct node *node)
{
    size_t width = strlen("[ ]");

    if (node->type == NODE_COMMENT)
        return WIDTH + 1;
    if (node->type == NODE_ATOM)
        return count_columns(node->text);
    VEC_EACH (&node->items, item) {
        width += line_width(item) + strlen(", ");
        if (width > WIDTH)
            return WIDTH + 1;
    }
    return width;
}

static void begin_line(struct strbuf *out, size_t indent)
{
    strbuf_printf(out, "\n%*s", (int)indent, "");
}

static void put_on_line(const struct node *node, struct strbuf *out)
{
    if (node->type == NODE_ATOM) {
        strbuf_puts(out, node->text);
        return;
    }
    strbuf_putc(out, '[');
    for (size_t i = 0; i < node->items.count; i++) {
        strbuf_puts(out, i > 0 ? ", " : " ");
        put_on_line(&node->items.items[i], out);
    }
    strbuf_puts(out, node->items.count > 0 ? " ]" : "]");
}

/* Of width columns, `used` are taken on the line that it begins on. */
static void put_value(const struct node *node, size_t indent, size_t used,
                      struct strbuf *out)
{
    if (node->type == NODE_ATOM || used + line_width(node) <= WIDTH) {
        put_on_line(node, out);
        return;
    }
    strbuf_putc(out, '[');
    VEC_EACH (&node->items, item) {
        if (item->type == NODE_COMMENT) {
            if (item->behind)
                strbuf_puts(out, "  ");
            else
                begin_line(out, indent + INDENT);
            strbuf_puts(out, item->text);
            continue;
        }
        begin_line(out, indent + INDENT);
        put_value(item, indent + INDENT, indent + INDENT + strlen(","), out);
        strbuf_putc(out, ',');
    }
    begin_line(out, indent);
    strbuf_putc(out, ']');
}

/* An empty line, where there was one between two things. */
static void close_gap(struct layout *layout)
{
    if (layout->gap && layout->out->length > 0)
        strbuf_putc(layout->out, '\n');
    layout->gap = false;
}

static void put_setting(struct layout *layout)
{
    struct strbuf *out = layout->out;
    struct node value;
    size_t start;

    close_gap(layout);
    start = out->length;
    strbuf_add(out, layout->token.start, layout->token.length);
    advance(layout);
    strbuf_puts(out, layout->token.type == CONFIG_TOKEN_ADD ? " += " : " = ");
    advance(layout);
    read_value(layout, &value);
    put_value(&value, 0, out->length - start, out);
    node_dispose(&value);
    strbuf_putc(out, '\n');
    layout->settings_line = layout->last_line;
}

static void put_comment(struct layout *layout)
{
    struct strbuf *out = layout->out;

    if (layout->token.place.line == layout->settings_line) {
        out->length--; /* back on the line of the setting */
        strbuf_puts(out, "  ");
    } else {
        close_gap(layout);
    }
    strbuf_add(out, layout->token.start, comment_length(&layout->token));
    strbuf_putc(out, '\n');
}

static void put_line_end(struct layout *layout)
{
    bool first = layout->token.place.line != layout->last_line;

    if (is_comment(&layout->token))
        put_comment(layout);
    else if (first)
        layout->gap = true;
    advance(layout);
}

static void put_all(struct layout *layout)
{
    config_lexer_next(&layout->lexer, &layout->token);
    while (layout->token.type != CONFIG_TOKEN_END) {
        if (layout->token.type == CONFIG_TOKEN_IDENT)
            put_setting(layout);
        else if (layout->token.type == CONFIG_TOKEN_NEWLINE)
            put_line_end(layout);
        else
            advance(layout); /* a semicolon */
    }
}

/* The lexer tells of a comment by the newline at its end. */
static struct config_text *end_with_newline(struct config_text *text)
{
    size_t length;
    const char *bytes = config_text_bytes(text, &length);
    char *copy;

    if (length == 0 || bytes[length - 1] == '\n')
        return config_text_ref(text);
    copy = mem_zalloc(length + 2, 1);
    memcpy(copy, bytes, length);
    copy[length] = '\n';
    return config_text_adopt(config_text_name(text), copy, length + 1, 0);
}

int config_layout(struct config_text *text, struct config_diags *diags,
                  struct strbuf *out)
{
    struct config_tree *tree = config_tree_new();
    struct layout layout = { .out = out };
    struct config_text *whole;

    config_tree_parse(tree, text, NULL, diags);
    config_tree_free(tree);
    if (diags->errors > 0)
        return -1;
    whole = end_with_newline(text);
    config_lexer_init(&layout.lexer, whole, NULL);
    put_all(&layout);
    config_text_unref(whole);
    return 0;
}
