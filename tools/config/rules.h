/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules between keys, a table for each topic; rules.c says what they are. */
#ifndef XENITH_CONFIG_RULES_H
#define XENITH_CONFIG_RULES_H

#include "config/fill.h"

struct config_rule {
    const char *key; /* only if it is set; the place of the warning */
    bool (*broken)(struct fill *fill);
    const char *message;
    const char *hint;
};

/* rules_pairs.c: devices that share what only one of them can have. */
void fill_check_pairs(struct fill *fill);

/* Each ended by a row without a key. */
extern const struct config_rule cpu_rules[];
extern const struct config_rule device_rules[];
extern const struct config_rule display_rules[];

#endif
