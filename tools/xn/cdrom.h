/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cd-insert and cd-eject have in common. */
#ifndef XENITH_XN_CDROM_H
#define XENITH_XN_CDROM_H

#include "xn/command.h"

/* The drive is the first word; path NULL empties it. */
int cdrom_run(struct invocation *inv, const char *path, struct error *err);

#endif
