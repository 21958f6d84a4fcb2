/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a hook needs of xenstore: few enough functions for a test to stand in
 * for it. Paths may be relative, to the home of the domain that the hook runs
 * in, as XENBUS_PATH is.
 */
#ifndef XENITH_HOOKS_STORE_H
#define XENITH_HOOKS_STORE_H

#include "base/error.h"

struct store {
    /* The value, the caller's; NULL with errno if there is none. */
    char *(*read)(struct store *store, const char *path);
    /* 0, or -1 with errno. */
    int (*write)(struct store *store, const char *path, const char *value);
};

/* The host's, over one connection; ERR_HOST if there is none. */
int store_open(struct store **store, struct error *err);
void store_close(struct store *store); /* NULL is fine */

/* "FOLDER/KEY"; NULL if there is no such node. The caller's. */
char *store_get(struct store *store, const char *folder, const char *key);

/* The same for a node that must be there and not be empty. */
char *store_need(struct store *store, const char *folder, const char *key,
                 struct error *err);

int store_put(struct store *store, const char *folder, const char *key,
              const char *value, struct error *err);

#endif
