/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * QEMU and the firmware of an HVM guest, of which a migration takes QEMU's
 * state along: what the guest has, and what this host would give it.
 */
#ifndef XENITH_DOMAIN_TRANSFER_EMULATOR_H
#define XENITH_DOMAIN_TRANSFER_EMULATOR_H

#include <libxl.h>

#include "domain/transfer/answer.h"
#include "host/host.h"

struct emulator {
    unsigned int major, minor; /* QEMU's version; 0.0: not known */
    char *machine;  /* "xenfv" or "pc", as libxl starts it; NULL: no QEMU */
    char *firmware; /* which it is, to be compared; NULL: not known */
    char *path;     /* QEMU here; NULL: not known */
};

void emulator_dispose(struct emulator *emulator);

/* What a guest of that configuration has as it runs; zeroed for others. */
void emulator_of_guest(struct host *host, uint32_t domid,
                       const libxl_domain_config *config,
                       struct emulator *emulator);

/* What it would have here. */
void emulator_of_host(struct host *host, const libxl_domain_config *config,
                      struct emulator *emulator);

/* Pure. Nothing is said of what is not known of either. */
void emulator_compare(const struct emulator *theirs,
                      const struct emulator *ours, struct answer *answer);

/*
 * From "QEMU emulator version 7.2.9 (Debian ...)" or "7.2.9Debian ..."; false
 * if there is no version in it. Pure.
 */
bool emulator_parse_version(const char *text, unsigned int *major,
                            unsigned int *minor);

#endif
