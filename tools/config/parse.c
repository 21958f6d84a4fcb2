/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parser: tokens to tree, by the grammar of xl 4.17 (docs: the language).
 * It goes on after a mistake at the next line that looks like an assignment,
 * so that one run shows them all. No recursion: open lists are a stack of
 * CONFIG_MAX_DEPTH. Memory is bounded by CONFIG_MAX_VALUES and the size of
 * the text.
 */
#include "config/parse.h"

#include <string.h>

#include "base/mem.h"
#include "config/lex.h"
#include "config/tree.h"

struct parser {
    struct config_tree *tree;
    struct config_lexer lexer;
    struct config_diags *diags;
    struct config_includer *includer; /* or NULL */
    struct config_token token;        /* the one being looked at */
    bool line_begins;                 /* it is the first of its line */
    bool in_list;                     /* the mistake is in a list */
    bool stopped;
};

static void advance(struct parser *parser)
{
    parser->line_begins = parser->token.type == CONFIG_TOKEN_NEWLINE;
    config_lexer_next(&parser->lexer, &parser->token);
}

/* What stands at the token, as a reader would call it; the caller's. */
static char *describe(const struct config_token *token)
{
    size_t length = token->length < 40 ? token->length : 40;

    switch (token->type) {
    case CONFIG_TOKEN_END:
        return mem_strdup("the end of the text");
    case CONFIG_TOKEN_NEWLINE:
        return mem_strdup("the end of the line");
    case CONFIG_TOKEN_STRING:
        return mem_strdup("a string");
    default:
        return mem_printf("'%.*s'", (int)length, token->start);
    }
}

/* A bad token was reported by the lexer already. */
__attribute__((format(printf, 3, 4))) static void
expected(struct parser *parser, const char *hint, const char *format, ...)
{
    const struct config_token *token = &parser->token;
    cleanup_free char *what = NULL;
    cleanup_free char *found = NULL;
    va_list args;

    if (token->type == CONFIG_TOKEN_BAD)
        return;
    va_start(args, format);
    what = config_diag_message(format, args);
    va_end(args);
    found = describe(token);
    config_diag_add(parser->diags, CONFIG_ERROR, &token->place, hint,
                    "expected %s, found %s", what, found);
}

/* Is the word at the token followed by = or += on its line? */
static bool looks_like_assignment(const struct parser *parser)
{
    const char *p = parser->lexer.at;
    const char *end = parser->lexer.end;

    if (parser->token.type != CONFIG_TOKEN_IDENT)
        return false;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    if (p < end && *p == '+')
        p++;
    return p < end && *p == '=';
}

/* Is this where reading can go on after a mistake? */
static bool is_fresh_start(const struct parser *parser)
{
    if (parser->token.type == CONFIG_TOKEN_END)
        return true;
    /* The lines of a broken list are no statements: look for a key. */
    if (parser->in_list)
        return parser->line_begins && looks_like_assignment(parser);
    return parser->token.type == CONFIG_TOKEN_NEWLINE;
}

static void resynchronise(struct parser *parser)
{
    while (!parser->stopped && !is_fresh_start(parser)) {
        if (parser->token.type == CONFIG_TOKEN_BAD)
            /* One report a line is enough: the rest follows from it. */
            parser->lexer.diags = NULL;
        if (parser->token.type == CONFIG_TOKEN_NEWLINE)
            parser->lexer.diags = parser->diags;
        advance(parser);
    }
    parser->lexer.diags = parser->diags;
    parser->in_list = false;
    /* A text with this many mistakes is no configuration. */
    if (config_diags_enough(parser->diags))
        parser->stopped = true;
}

static char *copy_word(struct parser *parser)
{
    return config_tree_copy(parser->tree, parser->token.start,
                            parser->token.length);
}

static struct config_value *new_value(struct parser *parser,
                                      enum config_value_type type)
{
    struct config_value *value =
        config_tree_new_value(parser->tree, type, &parser->token.place);

    if (value == NULL) {
        config_diag_add(parser->diags, CONFIG_ERROR, &parser->token.place,
                        "nothing after it was read",
                        "more than %d values in one configuration",
                        CONFIG_MAX_VALUES);
        parser->stopped = true;
    }
    return value;
}

static void decode_string(struct parser *parser, struct config_value *value)
{
    const char *p = parser->token.start + 1;
    const char *end = p + parser->token.length - 2;
    /* Decoded in place: no escape stands for more than one byte. */
    char *out = config_tree_copy(parser->tree, p, (size_t)(end - p));

    value->u.atom.text = out;
    value->u.atom.length = (uint32_t)(end - p);
    value->quoted = true;
    if (!parser->token.escapes)
        return;
    while (p < end) {
        const char *escape;
        size_t used;

        if (*p == '\\') {
            out += config_decode_step(p, end, &used, out) > 0;
        } else {
            escape = memchr(p, '\\', (size_t)(end - p));
            used = (size_t)((escape != NULL ? escape : end) - p);
            memcpy(out, p, used);
            out += used;
        }
        p += used;
    }
    *out = '\0';
    value->u.atom.length = (uint32_t)(out - value->u.atom.text);
}

/* The parser stays at its token. */
static struct config_value *parse_atom(struct parser *parser)
{
    struct config_value *value;

    if (parser->token.length > CONFIG_MAX_STRING) {
        config_diag_add(parser->diags, CONFIG_ERROR, &parser->token.place, NULL,
                        "a value longer than %d MiB",
                        CONFIG_MAX_STRING / 1024 / 1024);
        return NULL;
    }
    value = new_value(parser, CONFIG_ATOM);
    if (value == NULL)
        return NULL;
    if (parser->token.type == CONFIG_TOKEN_STRING) {
        decode_string(parser, value);
    } else {
        value->u.atom.text = copy_word(parser);
        value->u.atom.length = (uint32_t)parser->token.length;
    }
    value->u.atom.room = value->u.atom.length + 1;
    return value;
}

static void append_item(struct config_value *list, struct config_value *item)
{
    if (list->u.list.last != NULL)
        list->u.list.last->next = item;
    else
        list->u.list.first = item;
    list->u.list.last = item;
    list->u.list.count++;
}

struct open_lists {
    struct config_value *list[CONFIG_MAX_DEPTH];
    size_t depth;
    bool wants_value; /* after [ or a comma, not after a value */
};

static bool open_list(struct parser *parser, struct open_lists *open)
{
    struct config_value *list;

    if (open->depth == CONFIG_MAX_DEPTH) {
        config_diag_add(parser->diags, CONFIG_ERROR, &parser->token.place, NULL,
                        "lists are nested more than %d deep", CONFIG_MAX_DEPTH);
        return false;
    }
    list = new_value(parser, CONFIG_LIST);
    if (list == NULL)
        return false;
    if (open->depth > 0)
        append_item(open->list[open->depth - 1], list);
    open->list[open->depth++] = list;
    open->wants_value = true;
    advance(parser);
    return true;
}

static void close_list(struct parser *parser, struct open_lists *open)
{
    struct config_value *list = open->list[--open->depth];

    if (parser->token.place.line == list->place.line)
        list->place.length =
            parser->token.place.offset + 1 - list->place.offset;
    open->wants_value = false;
    advance(parser);
}

static bool refuse_in_list(struct parser *parser, const struct open_lists *open)
{
    unsigned int line = open->list[open->depth - 1]->place.line;

    if (parser->token.type == CONFIG_TOKEN_IDENT &&
        !looks_like_assignment(parser))
        expected(parser, "text is quoted: \"...\"", "%s",
                 open->wants_value ? "a value" : "',' or ']'");
    else if (open->wants_value)
        expected(parser, NULL, "a value or ']' (the list begins on line %u)",
                 line);
    else
        expected(parser, "items are separated by commas",
                 "',' or ']' (the list begins on line %u)", line);
    return false;
}

/* To the token behind an atom and what separates it from the next item. */
static void pass_item(struct parser *parser, struct open_lists *open)
{
    uint32_t line = parser->lexer.line;

    open->wants_value = config_lexer_take_comma(&parser->lexer);
    config_lexer_skip_space(&parser->lexer);
    parser->line_begins = parser->lexer.line != line;
    config_lexer_next(&parser->lexer, &parser->token);
}

/* One token inside a list. False after an error, which was reported. */
static bool parse_in_list(struct parser *parser, struct open_lists *open)
{
    struct config_value *list = open->list[open->depth - 1];
    struct config_value *item;

    switch (parser->token.type) {
    case CONFIG_TOKEN_NEWLINE:
        advance(parser);
        return true;
    case CONFIG_TOKEN_CLOSE:
        close_list(parser, open);
        return true;
    case CONFIG_TOKEN_COMMA:
        if (open->wants_value)
            break;
        open->wants_value = true;
        advance(parser);
        return true;
    case CONFIG_TOKEN_OPEN:
        if (!open->wants_value)
            break;
        return open_list(parser, open);
    case CONFIG_TOKEN_STRING:
    case CONFIG_TOKEN_NUMBER:
        if (!open->wants_value)
            break;
        item = parse_atom(parser);
        if (item == NULL)
            return false;
        append_item(list, item);
        pass_item(parser, open);
        return true;
    default:
        break;
    }
    return refuse_in_list(parser, open);
}

static struct config_value *parse_list(struct parser *parser)
{
    struct open_lists open = { .depth = 0 };
    struct config_value *list;

    if (!open_list(parser, &open))
        return NULL;
    list = open.list[0];
    while (open.depth > 0) {
        if (!parse_in_list(parser, &open)) {
            parser->in_list = true;
            return NULL;
        }
    }
    return list;
}

static struct config_value *parse_value(struct parser *parser)
{
    struct config_value *atom;

    switch (parser->token.type) {
    case CONFIG_TOKEN_STRING:
    case CONFIG_TOKEN_NUMBER:
        atom = parse_atom(parser);
        if (atom != NULL)
            advance(parser);
        return atom;
    case CONFIG_TOKEN_OPEN:
        return parse_list(parser);
    case CONFIG_TOKEN_IDENT:
        expected(
            parser,
            config_lexer_is_truth(parser->token.start, parser->token.length)
                ? CONFIG_TRUTH_HINT
                : "text is quoted: \"...\"",
            "a value");
        return NULL;
    default:
        expected(parser, NULL, "a value");
        return NULL;
    }
}

static bool ends_statement(enum config_token_type type)
{
    return type == CONFIG_TOKEN_NEWLINE || type == CONFIG_TOKEN_SEMICOLON ||
           type == CONFIG_TOKEN_END;
}

/* KEY = VALUE or KEY += VALUE, up to what ends it. */
static bool parse_assignment(struct parser *parser)
{
    struct config_place place = parser->token.place;
    const char *key = copy_word(parser);
    struct config_value *value;
    bool add;

    advance(parser);
    add = parser->token.type == CONFIG_TOKEN_ADD;
    if (!add && parser->token.type != CONFIG_TOKEN_ASSIGN) {
        expected(parser, NULL, "'=' after the key '%s'", key);
        return false;
    }
    advance(parser);
    value = parse_value(parser);
    if (value == NULL)
        return false;
    if (!ends_statement(parser->token.type)) {
        expected(parser,
                 looks_like_assignment(parser)
                     ? "two settings on a line have a ; between them"
                 : parser->token.type == CONFIG_TOKEN_IDENT
                     ? "text, and a number with a unit, is quoted"
                     : NULL,
                 "the end of the line after the value of '%s'", key);
        return false;
    }
    if (parser->includer != NULL && strcmp(key, "include") == 0)
        parser->includer->include(parser->includer, value);
    else
        config_tree_assign(parser->tree, key, &place, add, value,
                           parser->diags);
    return true;
}

static void parse_statement(struct parser *parser)
{
    switch (parser->token.type) {
    case CONFIG_TOKEN_NEWLINE:
    case CONFIG_TOKEN_SEMICOLON:
        advance(parser);
        return;
    case CONFIG_TOKEN_IDENT:
        if (!parse_assignment(parser))
            resynchronise(parser);
        return;
    default:
        expected(parser, "a line is KEY = VALUE", "a key");
        resynchronise(parser);
    }
}

void config_tree_parse(struct config_tree *tree, struct config_text *text,
                       struct config_includer *includer,
                       struct config_diags *diags)
{
    struct parser parser = { .tree = tree,
                             .includer = includer,
                             .diags = diags };

    config_tree_keep_text(tree, text);
    config_lexer_init(&parser.lexer, text, diags);
    parser.token.type = CONFIG_TOKEN_NEWLINE;
    advance(&parser);
    while (parser.token.type != CONFIG_TOKEN_END && !parser.stopped)
        parse_statement(&parser);
}
