/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who acts when a guest shuts down, reboots or crashes. */
#ifndef XENITH_DOMAIN_SUPERVISE_H
#define XENITH_DOMAIN_SUPERVISE_H

#include <stdint.h>

#include "base/error.h"

/* Tells the host's supervisor of a new domain; starts it if it is not there. */
int supervise_hand_over(uint32_t domid, struct error *err);

#endif
