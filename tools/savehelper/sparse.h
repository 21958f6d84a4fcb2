/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Has libxc send only the frames that a guest has (holes.h). It has no way to
 * be told: three functions of libxenctrl that it calls have stand-ins here,
 * which know its bitmap of what is to be sent, and when it begins and ends.
 */
#ifndef XENITH_SAVEHELPER_SPARSE_H
#define XENITH_SAVEHELPER_SPARSE_H

#include <stdint.h>

#include <xenctrl.h>

/*
 * Before xc_domain_save. A guest that knows machine frames is sent as ever, and
 * one with a libxc that does not do what is expected of it.
 */
void sparse_begin(xc_interface *xch, uint32_t domid);

#endif
