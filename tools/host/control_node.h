/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * control/shutdown of a guest, where it is asked to go down: the asker writes
 * a word, the guest takes notice by emptying the node (Xen's
 * docs/misc/xenstore-paths.pandoc). libxl writes there and waits; here a word
 * is taken back.
 */
#ifndef XENITH_HOST_CONTROL_NODE_H
#define XENITH_HOST_CONTROL_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Empties the node if the word (as "poweroff") is still in it, at one go: a
 * guest that takes notice at the same moment either was faster or finds
 * nothing. *withdrawn: it was there; else the guest took it, or another asker
 * has replaced it, or the domain is gone. ERR_HOST.
 */
int control_node_withdraw(uint32_t domid, const char *word, bool *withdrawn,
                          struct error *err);

#endif
