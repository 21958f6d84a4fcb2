/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row of the table of keys as JSON. */
#ifndef XENITH_XN_KEY_JSON_H
#define XENITH_XN_KEY_JSON_H

#include "base/json.h"
#include "config/keys.h"

/* Adds what is known of a key to the object that is open. */
void key_json_add(struct json_writer *json, const struct config_key *key);

#endif
