/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hypercalls of a program that has libxenctrl, or what is below it, in itself.
 */
#ifndef XENITH_TESTS_XEN_PRIVCMD_H
#define XENITH_TESTS_XEN_PRIVCMD_H

#include <stdint.h>

#include <xenctrl.h>

#include <xen/sys/privcmd.h>

/* Answers it as Xen would: 0 or more, or -1 with errno. */
int answer_hypercall(const privcmd_hypercall_t *call);

#endif
