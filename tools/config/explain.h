/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a row of the table of keys says, in words: for the manual, for
 * config-examples/full.cfg and for `xn config explain` and `keys`.
 */
#ifndef XENITH_CONFIG_EXPLAIN_H
#define XENITH_CONFIG_EXPLAIN_H

#include "config/keys.h"

/* "string", "number", "list of strings or string", ... The caller's. */
char *explain_type(const struct config_key *key);

/*
 * The values that it takes: "from 0 to 65535", "ide, ahci". NULL where the row
 * says no more than the type. The caller's.
 */
char *explain_values(const struct config_key *key);

/*
 * The next word that the key takes, from *at = 0 on; NULL at the end and for
 * keys that are not made of words.
 */
const char *explain_next_word(const struct config_key *key, size_t *at);

/* "PV and HVM guests", "Arm hosts", "all guests". The caller's. */
char *explain_guests(const struct config_key *key);

/*
 * What there is to say beside the type, as sentences: what it is, its range,
 * guests, default, successor, since when. The caller's.
 */
char *explain_sentences(const struct config_key *key);

/* The state as a word: current, deprecated, ignored, newer, own. */
const char *explain_state(const struct config_key *key);

/* The section of the manual that begins with this key, or NULL. */
const char *explain_heading(const struct config_key *key);

#endif
