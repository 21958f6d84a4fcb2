/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A watch rule carried out once: its program is run as its user, with what the
 * node holds now as data on its standard input. A line about it goes to the
 * hooks' log.
 */
#ifndef XENITH_DOMAIN_HOOKS_WATCH_RUN_H
#define XENITH_DOMAIN_HOOKS_WATCH_RUN_H

#include <stdint.h>

#include "domain/hooks/watch_list.h"

/* What changed. */
struct watch_change {
    const char *path;  /* of the node; borrowed */
    const char *value; /* what it holds, NULL: it is gone; borrowed */
    size_t length;     /* of value, bytes; more than its text if a NUL is in */
    uint32_t domid;    /* whose it is; INVALID_DOMID: the host's */
    const char *name;  /* of that guest, or NULL; borrowed */
};

/* The document for the program; the caller's. */
char *watch_document(const struct watch_entry *entry,
                     const struct watch_change *change);

/*
 * Looks up what the node holds, and runs the program. ERR_CONFIG if the rule is
 * refused or its user unknown; otherwise as hooks_run_one (hooks.h).
 */
int watch_carry_out(const struct watch_entry *entry, uint32_t domid,
                    struct error *err);

#endif
