/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A watch rule: which node of xenstore is watched, and what is run when it
 * changes. The grammar is that of a domain's file; docs/man/xn-hooks.pod
 * describes the keys.
 */
#ifndef XENITH_CONFIG_WATCHRULE_H
#define XENITH_CONFIG_WATCHRULE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/vec.h"
#include "config/diag.h"

struct config_source; /* config.h */

#define WATCHRULE_EVERY 5    /* seconds */
#define WATCHRULE_TIMEOUT 30 /* seconds */

struct watchrule {
    char *path;    /* absolute, or, of_guest, below a guest's folder; owned */
    bool of_guest; /* written as ~/path: once for each guest */
    VEC(char *) command;  /* the program's absolute path, then words; owned */
    char *user;           /* whom it runs as; owned */
    unsigned int every;   /* seconds between two runs */
    unsigned int timeout; /* seconds */
};

/*
 * Reads a file into a zeroed rule. -1 with err when it cannot be read or has
 * errors, which are in diags. The rule is to be disposed of either way.
 */
int watchrule_read(const char *path, struct watchrule *rule,
                   struct config_diags *diags, struct error *err);
/* The same from any source. */
int watchrule_load(const struct config_source *source, struct watchrule *rule,
                   struct config_diags *diags, struct error *err);
void watchrule_dispose(struct watchrule *rule);

#endif
