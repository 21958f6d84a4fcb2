/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The save helper that came with the libxl in use. The numbers of protocol.h
 * are no interface of libxl's, so before we use them the stock helper is asked:
 * it is started with the caller's mode and a domain that cannot exist. Up to
 * its failure it sends a log line and its results, which must carry the numbers
 * and lengths that we would send. The callbacks between are checked by the bits
 * that libxl itself gives (arguments.h). Where anything differs the stock
 * helper takes our place: nothing was said to libxl or Xen yet.
 */
#ifndef XENITH_SAVEHELPER_STOCK_H
#define XENITH_SAVEHELPER_STOCK_H

#include "savehelper/arguments.h"

/* The path from the environment; NULL if there is none that is absolute. */
const char *stock_path(void);

/* Whether it speaks as we do; an error says in what it differs. */
int stock_compare(const char *path, const struct arguments *arguments,
                  struct error *err);

/* Becomes it. Returns only if that failed. */
int stock_become(const char *path, char **argv, struct error *err);

#endif
