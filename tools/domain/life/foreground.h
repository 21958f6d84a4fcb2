/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `xn create -F`: one process that supervises one guest, as xl does it. */
#ifndef XENITH_DOMAIN_LIFE_FOREGROUND_H
#define XENITH_DOMAIN_LIFE_FOREGROUND_H

#include "host/host.h"

/*
 * Applies the policies of a domain (made without create_request.supervise) to
 * it and to those that follow it, until none follows. A signal ends it with
 * an ERR_FAILED; the guest goes on, as after killing xl, with nobody to
 * restart it.
 */
int supervise_foreground(struct host *host, uint32_t domid, struct error *err);

#endif
