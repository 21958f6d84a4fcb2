/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU as a domain's device model, through libxl. */
#ifndef XENITH_DOMAIN_QEMU_H
#define XENITH_DOMAIN_QEMU_H

#include "domain/state.h"

/*
 * Gives QEMU a line of its human monitor. *answer is what it said, lines ended
 * by CR LF, the caller's; NULL for nothing. ERR_DEVICE if no QEMU answers.
 */
int qemu_command(const struct subject *subject, const char *line, char **answer,
                 struct error *err);

#endif
