/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files with few keys of their own: is each key one of them? */
#ifndef XENITH_CONFIG_KNOWN_H
#define XENITH_CONFIG_KNOWN_H

#include "config/tree.h"

/* The names of the keys: the first member of each row of a table. */
struct config_names {
    const void *rows;
    size_t size; /* of a row, bytes */
    size_t count;
};

#define CONFIG_NAMES(table)                                             \
    (struct config_names)                                               \
    {                                                                   \
        (table), sizeof((table)[0]), sizeof(table) / sizeof((table)[0]) \
    }

/* Says of each other key that it is unknown, and which one may be meant. */
void config_check_known(const struct config_tree *tree,
                        struct config_names names,
                        enum config_severity severity,
                        struct config_diags *diags);

#endif
