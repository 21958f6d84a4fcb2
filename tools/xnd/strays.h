/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests of xl. While the process that xl left for one lives, it is xl's; one
 * whose process was killed is adopted, so that on_reboot and on_crash go on to
 * work. A guest that no log of xl tells of (libvirt's) is never touched.
 */
#ifndef XENITH_XND_STRAYS_H
#define XENITH_XND_STRAYS_H

#include "xnd/xnd.h"

/* Looks at the guests that there are now, and at those that xl makes later. */
void strays_open(struct xnd *xnd);
void strays_close(struct xnd *xnd);

#endif
