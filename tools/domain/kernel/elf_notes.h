/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an ELF file tells Xen of itself, as libxenguest looks for it: notes
 * called Xen in its segments, else in its sections (elf_xen_parse of libelf).
 */
#ifndef XENITH_DOMAIN_KERNEL_ELF_NOTES_H
#define XENITH_DOMAIN_KERNEL_ELF_NOTES_H

#include <stdbool.h>

struct elf_notes {
    bool pv;  /* it says for which Xen it is */
    bool pvh; /* it has an entry for PVH */
};

/* False if the file is not one of 64 bits, little-endian, or not whole. */
bool elf_notes_read(int fd, struct elf_notes *notes);

#endif
