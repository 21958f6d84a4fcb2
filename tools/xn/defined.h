/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that are defined on this host, by the names that people call them. */
#ifndef XENITH_XN_DEFINED_H
#define XENITH_XN_DEFINED_H

#include "domain/life/managed.h"
#include "xn/command.h"

/*
 * The configuration of a guest: as managed_find has it, else the first one that
 * gives the guest this name, wherever its file is called otherwise. *path is
 * the caller's.
 */
int defined_find(const struct managed *managed, const char *name, char **path,
                 struct error *err);

#endif
