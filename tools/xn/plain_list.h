/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of domains without options, as most callers want it. */
#ifndef XENITH_XN_PLAIN_LIST_H
#define XENITH_XN_PLAIN_LIST_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Shows what `xn list` does, when nothing stands in the way: *shown is false,
 * and nothing was shown, where Xen or xenstored cannot be asked or a guest is
 * between two lives. The full command then shows it or says what is wrong.
 * With *shown, -1 is a failure of standard output.
 */
int plain_list_show(bool *shown, struct error *err);

#endif
