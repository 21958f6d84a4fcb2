/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unpacking in a confined process: whoever supplies a kernel may find a hole in
 * a decompressor, and gets a process that can write to one file.
 */
#ifndef XENITH_DOMAIN_KERNEL_KERNEL_UNPACK_H
#define XENITH_DOMAIN_KERNEL_KERNEL_UNPACK_H

#include "domain/kernel/unpack.h"

/*
 * As unpack_run. Also fails (ERR_TIMEOUT) when it takes longer than two
 * minutes, and on an interrupt (base/interrupt.h).
 */
int kernel_unpack(const struct unpack_request *request, struct error *err);

#endif
