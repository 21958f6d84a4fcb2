/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a key or setting may hold, where its row cannot say it. */
#ifndef XENITH_TESTS_VALUES_H
#define XENITH_TESTS_VALUES_H

#include <stdbool.h>

enum value_form {
    VALUE_TEXT,   /* one of the pattern */
    VALUE_LIST,   /* a list of some */
    VALUE_EITHER, /* the one or the other */
};

/*
 * A pattern is alternatives between bars. In them stand for something drawn:
 * %d a number from 1 to 99, %D one from 1 to 9, %b 0 or 1, %h a hexadecimal
 * byte, %w a word, %p a path, %c the 32 characters of a cpuid register.
 */
struct value_rule {
    const char *key;
    const char *setting; /* NULL: of the key itself */
    const char *pattern;
    enum value_form form;
    const char *items; /* the pattern in a list; NULL: the same */
    const char *with;  /* another setting that must come with it */
    bool required;     /* every item has it */
};

/* NULL if there is no rule. */
const struct value_rule *value_rule_find(const char *key, const char *setting);

#endif
