/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an unpacked kernel has in its file and need not: objcopy, with which
 * Linux makes it, writes .bss out as zeros, 24 of Debian's 63 MiB.
 */
#ifndef XENITH_DOMAIN_KERNEL_KERNEL_TRIM_H
#define XENITH_DOMAIN_KERNEL_KERNEL_TRIM_H

#include "base/error.h"

/*
 * Takes the zeros at the end of each segment of a 64 bit ELF file away, and all
 * that is behind the last segment: its sections. What is loaded stays the same,
 * for a loader fills p_memsz with zeros (System V ABI, "Program Header"). A
 * file that is no such ELF, or has its notes in sections alone, stays as it is.
 * -1 with an ERR_FAILED if it cannot be read or written: then it is of no use.
 */
int kernel_trim(int fd, struct error *err);

#endif
