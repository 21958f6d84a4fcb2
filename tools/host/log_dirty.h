/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef XENITH_HOST_LOG_DIRTY_H
#define XENITH_HOST_LOG_DIRTY_H

#include <stdint.h>

/*
 * Xen stops noting which pages a guest writes to, which slows it down. Whoever
 * sent its memory does so at the end, unless it was killed. Fine where it is
 * not noted, and where the domain is gone.
 */
void log_dirty_end(uint32_t domid);

#endif
