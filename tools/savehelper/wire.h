/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The wire to libxl: messages out on standard output, answers in on standard
 * input. Where libxl is gone that is remembered, and callbacks answer with a
 * failure from then on, so that libxc takes its own way out and the guest is
 * left without log-dirty mode; an exit at once would leave it.
 */
#ifndef XENITH_SAVEHELPER_WIRE_H
#define XENITH_SAVEHELPER_WIRE_H

#include <stdbool.h>

#include <xentoollog.h>

#include "savehelper/protocol.h"

/* libxl's log and progress at the other end of the wire. */
extern xentoollog_logger wire_logger;

/* An empty message to fill; there is one at a time. */
struct protocol_message *wire_begin(enum protocol_number number);

/* Sends it. */
void wire_send(struct protocol_message *message);

/* Sends it and waits for libxl's answer, which is failure where it is gone. */
int wire_ask(struct protocol_message *message, int failure);

bool wire_is_gone(void);

#endif
