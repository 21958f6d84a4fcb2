/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known of a setting inside the strings of a key, as `rate` of `vif`.
 * Which there are, and what most of them take, is in the parsers' own tables.
 */
#ifndef XENITH_CONFIG_SUBKEY_H
#define XENITH_CONFIG_SUBKEY_H

#include <libxl.h>
#include <stddef.h>

struct config_subkey {
    const char *key;
    const char *name;     /* with a * at the end: all that begin so */
    const char *help;     /* one line */
    const char *fallback; /* what applies when it is not set; NULL: none */
    const char *form;     /* of its value, where the table has its own code */
    const char *since;    /* of a setting that this Xen does not have */
};

/* NULL if the key has no such setting, in this Xen or a later one. */
const struct config_subkey *config_subkey_find(const char *key,
                                               const char *name);

/* What its value is: "text", "one of pv, qusb", "a flag", ... The caller's. */
char *config_subkey_type(const char *key, const char *name);

/* The setting of a key most like a word, or NULL when none is near. */
const char *config_subkey_near(const char *key, const char *word);

#endif
