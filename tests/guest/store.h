/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The xenstore client: docs/misc/xenstore.txt over the ring of xs_wire.h. */
#ifndef XENITH_GUEST_STORE_H
#define XENITH_GUEST_STORE_H

#include "machine.h"

/* What the control tools ask for; a value of more than this is none of ours. */
#define STORE_VALUE_SIZE 64

struct store {
    struct machine *machine;
    bool changed; /* a watch has fired since this was last set to false */
};

/* Begins to watch what matters: after the boot, and after each move. */
void store_watch(struct store *store, const char *path);

/* Takes the watch events that have come. */
void store_look(struct store *store);

/* Whether there is something that store_look or its caller has not seen. */
bool store_has_news(const struct store *store);

/* On another host: nothing that came before counts. */
void store_forget(struct store *store);

/* The value as a string, empty if there is none. Paths are relative to the
 * domain's own. */
void store_read(struct store *store, const char *path,
                char value[STORE_VALUE_SIZE]);
void store_write(struct store *store, const char *path, const char *value);

#endif
