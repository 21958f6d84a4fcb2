/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A configuration file as read: assignments in order, each key and value with
 * its place. Everything lives in the tree's arena and goes with it. Strings
 * are decoded (quotes and escapes gone); the place inside a string is found
 * again from the source when a diagnostic asks for it.
 */
#ifndef XENITH_CONFIG_TREE_H
#define XENITH_CONFIG_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/diag.h"

enum config_value_type {
    CONFIG_ATOM, /* a string or number; the language keeps both as text */
    CONFIG_LIST,
};

/* A part of a string that was put together with +=. */
struct config_segment {
    struct config_segment *next;
    uint32_t start; /* offset in the decoded string */
    struct config_place place;
};

struct config_value {
    enum config_value_type type;
    bool quoted; /* written as a string, not as a bare number */
    bool added;  /* the last assignment was a += */
    struct config_place place;
    struct config_value *next; /* in its list */
    union {
        struct {
            char *text; /* ended by a NUL, none inside */
            uint32_t length;
            uint32_t room;
            struct config_segment *segments; /* only after += */
        } atom;
        struct {
            struct config_value *first;
            struct config_value *last;
            uint32_t count;
        } list;
    } u;
};

struct config_assignment {
    const char *key;
    struct config_value *value; /* what the key holds after this line */
    struct config_place place;  /* of the key */
    struct config_assignment *next;
    bool last; /* no later line sets this key */
};

struct config_tree;

struct config_tree *config_tree_new(void);
void config_tree_free(struct config_tree *tree);
void config_tree_cleanup(struct config_tree **tree);

/* The assignments in the order of the file. */
const struct config_assignment *
config_tree_first(const struct config_tree *tree);

/* The last assignment of a key, or NULL. */
const struct config_assignment *config_tree_find(const struct config_tree *tree,
                                                 const char *key);

/* The place of length decoded bytes from offset on in a string. */
struct config_place config_value_place(const struct config_value *value,
                                       size_t offset, size_t length);

/* The first text given to the tree: where to point for a missing key. */
const struct config_text *config_tree_text(const struct config_tree *tree);

/* Room in the tree's arena, zeroed, aligned for any object. */
void *config_tree_alloc(struct config_tree *tree, size_t size);

/* length bytes of a text in the tree's arena, ended by a NUL. */
char *config_tree_copy(struct config_tree *tree, const char *text,
                       size_t length);

/* Adds an assignment of a key just parsed; `add` is a +=. For the parser. */
void config_tree_assign(struct config_tree *tree, const char *key,
                        const struct config_place *place, bool add,
                        struct config_value *value, struct config_diags *diags);

#endif
