/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * THE table of keys: everything that is known about a key of a domain's file
 * is a row in keys/TOPIC_keys.c. The filling, the diagnostics, `xn config
 * explain`, the manual and completion are made from it. A new key is a new row.
 */
#ifndef XENITH_CONFIG_KEYS_H
#define XENITH_CONFIG_KEYS_H

#include <libxl.h>
#include <stdbool.h>
#include <stddef.h>

/* What a value may be; a key can take several. */
enum config_key_types {
    KEY_STRING = 1,
    KEY_NUMBER = 2,
    KEY_BOOL = 4,
    KEY_LIST = 8,    /* of strings */
    KEY_NESTED = 16, /* of lists */
};

/* The guest types for which a key has an effect. */
enum config_key_guests {
    GUEST_PV = 1,
    GUEST_PVH = 2,
    GUEST_HVM = 4,
    GUEST_ANY = 7,
    GUEST_ARM = 8, /* only on Arm hosts, whatever the type */
};

enum config_key_state {
    KEY_CURRENT,
    KEY_DEPRECATED, /* works; use the successor */
    KEY_IGNORED,    /* does nothing; see the successor, if any */
    KEY_NEWER,      /* needs a later Xen than this build's */
    KEY_OWN,        /* Xenith's own; xl ignores it */
};

/* How a value gets into the domain. */
enum config_key_set {
    SET_UNSUPPORTED, /* known, but nothing reads it yet: an error */
    SET_STRING,      /* char * */
    SET_BOOL,        /* libxl_defbool */
    SET_INT,         /* int */
    SET_UINT,        /* uint32_t */
    SET_MIB,         /* uint64_t in KiB from a number in MiB */
    SET_ENUM,        /* an enum, by the words of libxl */
    SET_STRINGS,     /* libxl_string_list from a list */
    SET_BY_STEP,     /* a step of fill.c takes it together with others */
};

struct config_key {
    const char *name;
    unsigned short types;
    unsigned short guests; /* where it has an effect */
    unsigned short arm;    /* where xl reads it at all; 0: everywhere */
    enum config_key_state state;
    enum config_key_set set;
    bool refused;  /* for other guests, where it is read */
    bool fatal;    /* xl refuses a bad value; otherwise it ignores the key */
    size_t offset; /* in struct domain_spec */
    const libxl_enum_string_table *words; /* of SET_ENUM */
    long min, max;         /* of a number; both 0: the field's own range */
    const char *since;     /* the first Xen that has it; NULL: 4.4 or before */
    const char *successor; /* of a deprecated or ignored key */
    const char *fallback;  /* what applies when it is not set */
    const char *help;      /* one line */
    const char *example;   /* a line of a file, or NULL */
    const char *lost; /* what becomes of it, where a domain cannot tell it */
};

/* Words of the language where libxl's own differ. */
extern const libxl_enum_string_table config_action_words[]; /* identity.c */
extern const libxl_enum_string_table config_model_words[];  /* display.c */
extern const libxl_enum_string_table config_vga_words[];    /* display.c */

/* How many rows there are. */
size_t config_key_count(void);

/* A row by its number, in the order of the manual; NULL past the end. */
const struct config_key *config_key_at(size_t number);

/* The number of a row. */
size_t config_key_number(const struct config_key *key);

/* NULL if there is no such key. */
const struct config_key *config_key_find(const char *name);

/* The key most like a word, or NULL when none is near. */
const char *config_key_near(const char *name);

/*
 * The name of a setting inside the strings of a key ("bridge" of "vif"), by
 * its number from 0; NULL past the end. A flag is one, too.
 */
const char *config_setting_name(const char *key, size_t number);

#endif
