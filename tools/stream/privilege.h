/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Giving up what a filter of bytes does not need. */
#ifndef XENITH_STREAM_PRIVILEGE_H
#define XENITH_STREAM_PRIVILEGE_H

#include "base/error.h"

/*
 * From here on the process can only use the descriptors that it has: it cannot
 * open, connect or make others, or gain rights, and leaves no core dump of
 * guests' memory; if it was root it is nobody. Descriptors 0, 1, 2 must be
 * open. Called before threads are started.
 */
int privilege_drop(struct error *err);

#endif
