/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The limits of the language, and what the parser needs of the tree. */
#ifndef XENITH_CONFIG_PARSE_H
#define XENITH_CONFIG_PARSE_H

#include "config/tree.h"

enum {
    CONFIG_MAX_DEPTH = 64,               /* lists in lists */
    CONFIG_MAX_VALUES = 500 * 1000,      /* in one text */
    CONFIG_MAX_BYTES = 64 * 1024 * 1024, /* of one text */
};

/* Keeps a reference to the text as long as the tree lives. */
void config_tree_keep_text(struct config_tree *tree,
                           const struct config_text *text);

#endif
