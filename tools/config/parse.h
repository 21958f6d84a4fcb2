/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The limits of the language, and what the parser needs of the tree. */
#ifndef XENITH_CONFIG_PARSE_H
#define XENITH_CONFIG_PARSE_H

#include "config/tree.h"

enum {
    CONFIG_MAX_DEPTH = 64,          /* lists in lists */
    CONFIG_MAX_VALUES = 500 * 1000, /* in one tree */
    /* Of all kinds: libxl's structures are far longer than a word of a text. */
    CONFIG_MAX_DEVICES = 100 * 1000,
    CONFIG_MAX_STRING = 16 * 1024 * 1024, /* bytes of a value */
    CONFIG_MAX_BYTES = 64 * 1024 * 1024,  /* of all its texts */
};

/* Who reads the files that a text includes. */
struct config_includer {
    /*
     * Parses what `include` names into the tree, at once: what comes after
     * the line replaces what was included. Adds diagnostics of its own.
     */
    void (*include)(struct config_includer *includer,
                    const struct config_value *value);
};

/*
 * Parses a text into the tree, after what is there. The tree keeps it.
 * Without an includer `include` is a key like any other.
 */
void config_tree_parse(struct config_tree *tree, struct config_text *text,
                       struct config_includer *includer,
                       struct config_diags *diags);

/* An empty value; NULL when the tree has CONFIG_MAX_VALUES of them. */
struct config_value *config_tree_new_value(struct config_tree *tree,
                                           enum config_value_type type,
                                           const struct config_place *place);

/* Keeps a reference to the text as long as the tree lives. */
void config_tree_keep_text(struct config_tree *tree,
                           const struct config_text *text);

#endif
