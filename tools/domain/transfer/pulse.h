/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A receiver's signs of life while libxl makes the guest: a thread that gives
 * the sender one each second (handover.h).
 */
#ifndef XENITH_DOMAIN_TRANSFER_PULSE_H
#define XENITH_DOMAIN_TRANSFER_PULSE_H

#include "domain/transfer/handover.h"

struct pulse;

/* wire has to stay. NULL where there can be no thread, which pulse_stop takes;
 * the sender then only waits less long. */
struct pulse *pulse_start(const struct handover_wire *wire);

/* When it returns nothing more is sent. */
void pulse_stop(struct pulse *pulse);

#endif
