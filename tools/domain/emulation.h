/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where this host has what libxl emulates HVM guests with. */
#ifndef XENITH_DOMAIN_EMULATION_H
#define XENITH_DOMAIN_EMULATION_H

/* QEMU, or NULL; the caller's. libxl has its path built in and tells nobody. */
char *emulation_find_qemu(int xen_major, int xen_minor);

/* hvmloader, or NULL; the caller's. */
char *emulation_find_hvmloader(int xen_major, int xen_minor);

#endif
