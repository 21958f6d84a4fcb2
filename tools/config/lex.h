/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text to tokens. The lexer says what is wrong with a character or string
 * itself; the parser then sees CONFIG_TOKEN_BAD and goes on behind it.
 */
#ifndef XENITH_CONFIG_LEX_H
#define XENITH_CONFIG_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/diag.h"

enum config_token_type {
    CONFIG_TOKEN_END,
    CONFIG_TOKEN_NEWLINE, /* or a comment and its newline */
    CONFIG_TOKEN_IDENT,
    CONFIG_TOKEN_NUMBER,
    CONFIG_TOKEN_STRING, /* quotes included */
    CONFIG_TOKEN_ASSIGN,
    CONFIG_TOKEN_ADD,
    CONFIG_TOKEN_OPEN,
    CONFIG_TOKEN_CLOSE,
    CONFIG_TOKEN_COMMA,
    CONFIG_TOKEN_SEMICOLON,
    CONFIG_TOKEN_BAD, /* reported */
};

struct config_token {
    enum config_token_type type;
    const char *start;
    size_t length;
    struct config_place place;
    bool escapes; /* of a string: there is a backslash in it */
};

struct config_lexer {
    const struct config_text *text;
    const char *bytes;
    const char *at;
    const char *end;
    const char *line_start;
    uint32_t line;
    bool dos_told; /* a carriage return was reported */
    struct config_diags *diags;
};

void config_lexer_init(struct config_lexer *lexer,
                       const struct config_text *text,
                       struct config_diags *diags);
void config_lexer_next(struct config_lexer *lexer, struct config_token *token);

/*
 * What stands between the items of a list, of which a long one has many, is
 * passed over without a token for each: a comma, and true, if that is next, and
 * blanks, comments and ends of lines.
 */
bool config_lexer_take_comma(struct config_lexer *lexer);
void config_lexer_skip_space(struct config_lexer *lexer);

/* Is it what other languages write for 1 or 0? CONFIG_TRUTH_HINT says so. */
bool config_lexer_is_truth(const char *word, size_t length);
#define CONFIG_TRUTH_HINT "yes is written 1 and no 0"

/*
 * Decodes one element of a string's inside at p (before end): a byte or an
 * escape. *used is its length in the source. Yields how many bytes (0 or 1)
 * it stands for, stored in *byte, or -1 for an escape that xl refuses.
 */
int config_decode_step(const char *p, const char *end, size_t *used,
                       char *byte);

#endif
