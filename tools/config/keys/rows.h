/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a row of the table of keys is written, and the tables of its topics;
 * keys.c puts them together. `arm` and the offset of a row tell where its value
 * goes; rows SET_BY_STEP are read by the step of fill.c that owns them.
 */
#ifndef XENITH_CONFIG_KEYS_ROWS_H
#define XENITH_CONFIG_KEYS_ROWS_H

#include <limits.h>

#include "config/config.h"
#include "config/keys.h"

struct config_key_table {
    const struct config_key *rows;
    size_t count;
};

extern const struct config_key_table config_keys_identity;
extern const struct config_key_table config_keys_cpu;
extern const struct config_key_table config_keys_memory;
extern const struct config_key_table config_keys_end;
extern const struct config_key_table config_keys_boot;
extern const struct config_key_table config_keys_platform;
extern const struct config_key_table config_keys_model;
extern const struct config_key_table config_keys_display;
extern const struct config_key_table config_keys_devices;
extern const struct config_key_table config_keys_arm;
extern const struct config_key_table config_keys_older;
extern const struct config_key_table config_keys_own;

/* The table of a topic, of its rows. */
#define KEY_TABLE(topic)                                  \
    const struct config_key_table config_keys_##topic = { \
        rows, sizeof(rows) / sizeof(rows[0])              \
    }

/* Fields: of c_info, of b_info, of its unions, and our own. */
#define C(field) .offset = offsetof(struct domain_spec, config.c_info.field)
#define B(field) .offset = offsetof(struct domain_spec, config.b_info.field)
#define H(field) .arm = GUEST_HVM, B(u.hvm.field)
#define P(field) .arm = GUEST_PV, B(u.pv.field)
#define V(field) .arm = GUEST_PVH, B(u.pvh.field)
#define O(field) .offset = offsetof(struct domain_spec, own.field)

/* The first columns of a row: name, guests, and how it is read. */
#define STRING(key, on) \
    .name = key, .guests = on, .types = KEY_STRING, .set = SET_STRING
#define BOOL(key, on) \
    .name = key, .guests = on, .types = KEY_BOOL, .set = SET_BOOL
#define INT(key, on, low, high)                                     \
    .name = key, .guests = on, .types = KEY_NUMBER, .set = SET_INT, \
    .min = low, .max = high
#define UINT(key, on, low, high)                                     \
    .name = key, .guests = on, .types = KEY_NUMBER, .set = SET_UINT, \
    .min = low, .max = high
#define MIB(key, on)                                                          \
    .name = key, .guests = on, .types = KEY_NUMBER, .set = SET_MIB, .min = 0, \
    .max = 1L << 40
#define ENUM(key, on, table)                                         \
    .name = key, .guests = on, .types = KEY_STRING, .set = SET_ENUM, \
    .words = table
#define STRINGS(key, on) \
    .name = key, .guests = on, .types = KEY_LIST, .set = SET_STRINGS
#define STEP(key, on, kinds) \
    .name = key, .guests = on, .types = kinds, .set = SET_BY_STEP
#define NEWER(key, on, kinds, version)                             \
    .name = key, .guests = on, .types = kinds, .set = SET_BY_STEP, \
    .state = KEY_NEWER, .since = version
#define IGNORED(key, kinds, instead)                                      \
    .name = key, .guests = GUEST_ANY, .types = kinds, .set = SET_BY_STEP, \
    .state = KEY_IGNORED, .successor = instead
#define OWN(key, kinds)                                                   \
    .name = key, .guests = GUEST_ANY, .types = kinds, .set = SET_BY_STEP, \
    .state = KEY_OWN, .fatal = true

#define DEPRECATED(instead) .state = KEY_DEPRECATED, .successor = instead

#endif
