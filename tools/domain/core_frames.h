/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The frames of a guest that has its memory translated, HVM or PVH, for a dump:
 * libxenguest maps one after the other of all that there may be, a million for
 * the smallest guest, and leaves out those that it cannot. Between begin and
 * end they are mapped by the thousand, and those that are there are copied.
 */
#ifndef XENITH_DOMAIN_CORE_FRAMES_H
#define XENITH_DOMAIN_CORE_FRAMES_H

#include <stdint.h>

#include <xenctrl.h>

/* xc: that the dump is made with, borrowed until the end. */
void core_frames_begin(xc_interface *xc, uint32_t domid);
void core_frames_end(void);

#endif
