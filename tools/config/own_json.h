/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The own keys of a domain as a JSON object, one member for each key that was
 * set: how they are kept while the domain runs, as libxl keeps the others.
 */
#ifndef XENITH_CONFIG_OWN_JSON_H
#define XENITH_CONFIG_OWN_JSON_H

#include "config/config.h"

/* On one line; the caller's. */
char *own_to_json(const struct domain_own *own);

/*
 * Adds to own, which domain_spec_init made. Members that are not known, or of
 * another type, are left out: a later Xenith may have written them.
 */
int own_from_json(const char *text, size_t length, struct domain_own *own,
                  struct error *err);

/* "shutdown", "save", "migrate", "leave"; NULL: the host's default. */
const char *own_stop_name(enum own_stop_action action);

#endif
