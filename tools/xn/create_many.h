/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XENITH_XN_CREATE_MANY_H
#define XENITH_XN_CREATE_MANY_H

#include "xn/command.h"
#include "xn/load.h"

/*
 * `xn create` of several files: a run of xn for each with the same options, as
 * many at once as --jobs says. A failure keeps none of the others from being
 * made; the error has the kind of the failures if it is the same with all. What
 * each one says is printed as a whole when it has ended.
 */
int create_many(const struct invocation *inv, const struct load_words *words,
                struct error *err);

#endif
