/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libxl's osevent hooks on a libuv loop: a uv_poll_t for each descriptor that
 * libxl wants watched, a uv_timer_t for each time-out. libxl may call the
 * hooks from within any of its functions; it is called back from the loop
 * only, never from within a hook.
 */
#ifndef XENITH_XND_BRIDGE_H
#define XENITH_XND_BRIDGE_H

#include "xnd/xnd.h"

/* Before any other use of xnd->host.ctx; lasts until after host_close. */
void bridge_open(struct xnd *xnd);

/* After host_close and after the loop ran out of handles. */
void bridge_free(struct xnd *xnd);

#endif
