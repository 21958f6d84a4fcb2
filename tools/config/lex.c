/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lexer: the same tokens as xl 4.17's, found in one pass without
 * allocation. Keys are lower case; numbers are a digit and then digits,
 * a to f and x, kept as text; a string ends on its own line.
 *
 * Differences from xl, all towards accepting or explaining: a comment on a
 * last line without a newline is a comment; a NUL byte ends the reading with
 * one error.
 */
#include "config/lex.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

enum char_class {
    CLASS_OTHER,
    CLASS_BLANK,
    CLASS_LOWER,
    CLASS_DIGIT,
    CLASS_QUOTE,
    CLASS_NEWLINE,
    CLASS_COMMENT,
    CLASS_PUNCT,
};

static enum char_class classify(unsigned char c)
{
    static const unsigned char classes[256] = {
        ['a' ... 'z'] = CLASS_LOWER, ['0' ... '9'] = CLASS_DIGIT,
        [' '] = CLASS_BLANK,         ['\t'] = CLASS_BLANK,
        ['\''] = CLASS_QUOTE,        ['"'] = CLASS_QUOTE,
        ['\n'] = CLASS_NEWLINE,      ['#'] = CLASS_COMMENT,
        [','] = CLASS_PUNCT,         ['['] = CLASS_PUNCT,
        [']'] = CLASS_PUNCT,         ['='] = CLASS_PUNCT,
        [';'] = CLASS_PUNCT,
    };

    return (enum char_class)classes[c];
}

void config_lexer_init(struct config_lexer *lexer,
                       const struct config_text *text,
                       struct config_diags *diags)
{
    size_t length;

    lexer->text = text;
    lexer->bytes = config_text_bytes(text, &length);
    lexer->at = lexer->line_start = lexer->bytes;
    lexer->end = lexer->bytes + length;
    lexer->line = 1;
    lexer->dos_told = false;
    lexer->diags = diags;
}

static void finish(struct config_lexer *lexer, struct config_token *token,
                   enum config_token_type type, const char *end)
{
    token->type = type;
    token->start = lexer->at;
    token->length = (size_t)(end - lexer->at);
    token->place.text = lexer->text;
    token->place.line = lexer->line;
    token->place.column = (unsigned int)(lexer->at - lexer->line_start) + 1;
    token->place.offset = (unsigned int)(lexer->at - lexer->bytes);
    token->place.length = (unsigned int)token->length;
    lexer->at = end;
}

__attribute__((cold, noinline)) static void
bad(struct config_lexer *lexer, struct config_token *token, const char *end,
    const char *message, const char *hint)
{
    finish(lexer, token, CONFIG_TOKEN_BAD, end);
    config_diag_add(lexer->diags, CONFIG_ERROR, &token->place, hint, "%s",
                    message);
}

static void lex_newline(struct config_lexer *lexer, struct config_token *token,
                        const char *newline)
{
    finish(lexer, token, CONFIG_TOKEN_NEWLINE, newline + 1);
    lexer->line++;
    lexer->line_start = lexer->at;
}

static void refuse_nul(struct config_lexer *lexer, struct config_token *token,
                       const char *nul)
{
    lexer->at = nul;
    bad(lexer, token, nul + 1, "a NUL byte: this is not a text file",
        "nothing after it was read");
    lexer->at = lexer->end;
}

static void lex_comment(struct config_lexer *lexer, struct config_token *token)
{
    /* Stops at the NUL behind the text at the latest. */
    const char *p = strchrnul(lexer->at, '\n');

    if (p >= lexer->end) {
        lexer->at = lexer->end;
        finish(lexer, token, CONFIG_TOKEN_END, lexer->end);
    } else if (*p == '\0') {
        refuse_nul(lexer, token, p);
    } else {
        lex_newline(lexer, token, p);
    }
}

/* What a byte behind a backslash stands for; NUL: nothing of its own. */
static char meaning_of(char c)
{
    static const char meanings[256] = {
        ['a'] = '\a', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r',
        ['t'] = '\t', ['v'] = '\v', ['"'] = '"',  ['\''] = '\'', ['\\'] = '\\',
    };

    return meanings[(unsigned char)c];
}

int config_decode_step(const char *p, const char *end, size_t *used, char *byte)
{
    size_t digits = 0;

    *used = 1;
    *byte = *p;
    if (*p != '\\' || p + 1 >= end)
        return 1;
    *used = 2;
    *byte = meaning_of(p[1]);
    if (*byte != '\0')
        return 1;
    /*
     * xl reads an octal escape of three or four digits and forgets to store
     * the byte; shorter ones and \x it refuses. The same result is kept.
     */
    if (p[1] < '0' || p[1] > '7')
        return -1;
    while (digits < 3 && p + 2 + digits < end &&
           isdigit((unsigned char)p[2 + digits]))
        digits++;
    *used = 2 + digits;
    return digits >= 2 ? 0 : -1;
}

static bool utf8_is_valid(const char *p, const char *end)
{
    uint32_t rune;

    while (p < end) {
        size_t length = utf8_decode(p, &rune);

        if (length == 0 || length > (size_t)(end - p))
            return false;
        p += length;
    }
    return true;
}

/* The whole string is there, with something in it that may be wrong: now look
 * at what is inside. high: bytes that may be no valid UTF-8. */
__attribute__((cold, noinline)) static void
check_string(struct config_lexer *lexer, const struct config_token *token,
             bool high)
{
    const char *p = token->start + 1;
    const char *end = token->start + token->length - 1;
    struct config_place place = token->place;
    char byte;
    size_t used;

    if (high && !utf8_is_valid(p, end))
        config_diag_add(lexer->diags, CONFIG_WARNING, &token->place,
                        "save the file as UTF-8",
                        "this string is not valid UTF-8");
    while (!config_diags_enough(lexer->diags) && p < end &&
           (*p == '\\' || (p = memchr(p, '\\', (size_t)(end - p))) != NULL)) {
        int step = config_decode_step(p, end, &used, &byte);

        place.column = token->place.column + (unsigned int)(p - token->start);
        place.offset = token->place.offset + (unsigned int)(p - token->start);
        place.length = (unsigned int)used;
        if (step < 0)
            config_diag_add(lexer->diags, CONFIG_ERROR, &place,
                            "a backslash itself is written as \\\\; the "
                            "escapes are \\a \\b \\f \\n \\r \\t \\v \\\" "
                            "\\' \\\\",
                            "'%.*s' is not an escape of this language",
                            (int)used, p);
        else if (step == 0)
            config_diag_add(lexer->diags, CONFIG_WARNING, &place,
                            "write the character itself",
                            "xl drops octal escapes, so this stands for "
                            "nothing");
        p += used;
    }
}

/* Bytes that a string is not simply made of. */
static bool is_special(unsigned char c)
{
    static const bool special[256] = {
        ['\0'] = true, ['\n'] = true, ['"'] = true,
        ['\''] = true, ['\\'] = true, [0x80 ... 0xff] = true,
    };

    return special[c];
}

/*
 * Over bytes that a string is simply made of, eight at a time: a borrow into
 * the top bit of a byte tells that it is below what was taken from it.
 */
static const char *skip_plain(const char *p, const char *end, char quote)
{
    const uint64_t ones = UINT64_MAX / UINT8_MAX;
    const uint64_t tops = ones << 7;

    for (; end - p >= (ptrdiff_t)sizeof(uint64_t); p += sizeof(uint64_t)) {
        uint64_t bytes, quotes, escapes;

        memcpy(&bytes, p, sizeof(bytes));
        quotes = bytes ^ ones * (unsigned char)quote;
        escapes = bytes ^ ones * '\\';
        if ((bytes | (bytes - ones * ' ') | (quotes - ones) |
             (escapes - ones)) &
            tops)
            break;
    }
    while (!is_special((unsigned char)*p))
        p++;
    return p;
}

static void lex_string(struct config_lexer *lexer, struct config_token *token)
{
    const char *p = lexer->at + 1;
    char quote = *lexer->at;
    bool escapes = false;
    bool odd = false; /* an escape with no simple meaning */
    bool high = false;

    for (;; p++) {
        /* Stops at the NUL behind the text at the latest. */
        p = skip_plain(p, lexer->end, quote);
        if (p >= lexer->end || *p == quote || *p == '\n')
            break;
        if (*p == '\0') {
            refuse_nul(lexer, token, p);
            return;
        }
        if (*p == '\\' && p + 1 < lexer->end && p[1] != '\n') {
            escapes = true;
            p++;
            if (*p == '\0') {
                refuse_nul(lexer, token, p);
                return;
            }
            odd |= meaning_of(*p) == '\0';
        }
        high |= (unsigned char)*p >= 0x80;
    }
    if (p >= lexer->end || *p == '\n') {
        bad(lexer, token, p, "this string is not closed on its line",
            quote == '"' ? "close it with \"" : "close it with '");
        return;
    }
    finish(lexer, token, CONFIG_TOKEN_STRING, p + 1);
    token->escapes = escapes;
    if (odd || high)
        check_string(lexer, token, high);
}

bool config_lexer_is_truth(const char *word, size_t length)
{
    static const char *const words[] = { "true", "false", "yes",
                                         "no",   "on",    "off" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i]) == length &&
            strncasecmp(words[i], word, length) == 0)
            return true;
    return false;
}

/* What editors of other systems put before a text; false if nothing. */
__attribute__((cold, noinline)) static bool
refuse_order_mark(struct config_lexer *lexer, struct config_token *token)
{
    size_t length = (size_t)(lexer->end - lexer->at);

    if (lexer->at != lexer->bytes)
        return false;
    if (length >= 3 && memcmp(lexer->at, "\xef\xbb\xbf", 3) == 0) {
        bad(lexer, token, lexer->at + 3,
            "a byte order mark, which xl's files must not have",
            "remove it with: sed -i '1s/^\\xef\\xbb\\xbf//' FILE");
        return true;
    }
    if (length < 2 || (memcmp(lexer->at, "\xff\xfe", 2) != 0 &&
                       memcmp(lexer->at, "\xfe\xff", 2) != 0))
        return false;
    bad(lexer, token, lexer->at + 2, "this is UTF-16",
        "save the file as UTF-8; nothing of it was read");
    lexer->at = lexer->end;
    return true;
}

/* The others of the file are blanks: one report says it all. */
__attribute__((cold, noinline)) static void
refuse_return(struct config_lexer *lexer, struct config_token *token)
{
    lexer->dos_told = lexer->diags != NULL;
    bad(lexer, token, lexer->at + 1,
        "a carriage return: the file has DOS line ends",
        "convert it with: sed -i 's/\\r$//' FILE");
}

/* The end of what the user most likely sees as one word. */
static const char *word_end(const struct config_lexer *lexer)
{
    const char *p = lexer->at + 1;

    while (p < lexer->end && *p != '\0' && !strchr(" \t\n,;[]=", *p))
        p++;
    return p;
}

__attribute__((cold, noinline)) static void
lex_other(struct config_lexer *lexer, struct config_token *token)
{
    unsigned char c = (unsigned char)*lexer->at;
    const char *end = word_end(lexer);
    size_t length = (size_t)(end - lexer->at);

    if (refuse_order_mark(lexer, token))
        return;
    if (c == '\0')
        refuse_nul(lexer, token, lexer->at);
    else if (c == '\r')
        refuse_return(lexer, token);
    else if (isupper(c))
        bad(lexer, token, end, "a word in upper case",
            config_lexer_is_truth(lexer->at, length)
                ? CONFIG_TRUTH_HINT
                : "keys are in lower case; text values are quoted");
    else if (length >= 3 && memcmp(lexer->at, "\xe2\x80", 2) == 0)
        bad(lexer, token, end, "a typographic quote or dash",
            "only the straight quotes \" and ' open a string");
    else if (c == '-' && length > 1 && isdigit((unsigned char)lexer->at[1]))
        bad(lexer, token, end, "a number cannot have a sign here",
            "quote a negative number: \"-1\"");
    else if (c != '\0' && strchr("+-./():{}*%", c))
        bad(lexer, token, end, "this is not a value of this language",
            "it looks like Python, which old files could hold; xl's files "
            "have plain values only, and text is quoted");
    else if (c >= 0x80)
        bad(lexer, token, end, "a character that can only be inside quotes",
            NULL);
    else
        bad(lexer, token, end, "this character has no meaning here", NULL);
}

static const char *skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

/* Both stop at the NUL behind the text at the latest. */
bool config_lexer_take_comma(struct config_lexer *lexer)
{
    const char *p = skip_blanks(lexer->at);

    if (*p != ',')
        return false;
    lexer->at = p + 1;
    return true;
}

/* A comment that has no end is left to lex_comment. */
void config_lexer_skip_space(struct config_lexer *lexer)
{
    for (;;) {
        const char *p = skip_blanks(lexer->at);

        if (*p == '#')
            p = strchrnul(p, '\n');
        if (*p != '\n')
            return;
        lexer->at = lexer->line_start = p + 1;
        lexer->line++;
    }
}

static void lex_punct(struct config_lexer *lexer, struct config_token *token)
{
    enum config_token_type type = CONFIG_TOKEN_ASSIGN;

    switch (*lexer->at) {
    case ',':
        type = CONFIG_TOKEN_COMMA;
        break;
    case '[':
        type = CONFIG_TOKEN_OPEN;
        break;
    case ']':
        type = CONFIG_TOKEN_CLOSE;
        break;
    case ';':
        type = CONFIG_TOKEN_SEMICOLON;
        break;
    default:
        break;
    }
    finish(lexer, token, type, lexer->at + 1);
}

static void lex_word(struct config_lexer *lexer, struct config_token *token)
{
    const char *p = lexer->at + 1;

    while (p < lexer->end &&
           ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '.' ||
            *p == '_'))
        p++;
    finish(lexer, token, CONFIG_TOKEN_IDENT, p);
}

static void lex_number(struct config_lexer *lexer, struct config_token *token)
{
    const char *p = lexer->at + 1;

    while (p < lexer->end &&
           ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'f') || *p == 'x'))
        p++;
    if (p < lexer->end &&
        (isalpha((unsigned char)*p) || *p == '.' || *p == '_'))
        bad(lexer, token, word_end(lexer), "a number with something behind it",
            "a number has no unit, as memory counts MiB; text is quoted");
    else
        finish(lexer, token, CONFIG_TOKEN_NUMBER, p);
}

void config_lexer_next(struct config_lexer *lexer, struct config_token *token)
{
    const char *p = skip_blanks(lexer->at);

    while (*p == '\r' && lexer->dos_told)
        p = skip_blanks(p + 1);
    lexer->at = p;
    if (p >= lexer->end) {
        finish(lexer, token, CONFIG_TOKEN_END, lexer->end);
        return;
    }
    switch (classify((unsigned char)*p)) {
    case CLASS_LOWER:
        lex_word(lexer, token);
        break;
    case CLASS_DIGIT:
        lex_number(lexer, token);
        break;
    case CLASS_QUOTE:
        lex_string(lexer, token);
        break;
    case CLASS_NEWLINE:
        lex_newline(lexer, token, lexer->at);
        break;
    case CLASS_COMMENT:
        lex_comment(lexer, token);
        break;
    case CLASS_PUNCT:
        lex_punct(lexer, token);
        break;
    case CLASS_BLANK:
    case CLASS_OTHER:
        if (*lexer->at == '+' && lexer->end - lexer->at > 1 &&
            lexer->at[1] == '=')
            finish(lexer, token, CONFIG_TOKEN_ADD, lexer->at + 2);
        else
            lex_other(lexer, token);
        break;
    }
}
