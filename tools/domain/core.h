/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's memory and registers in a file, for gdb and crash. */
#ifndef XENITH_DOMAIN_CORE_H
#define XENITH_DOMAIN_CORE_H

#include "domain/state.h"

struct core_request {
    const char *path;
    /* Called after each piece; total is an estimate. */
    void (*progress)(void *arg, uint64_t done, uint64_t total);
    void *arg;
};

/*
 * Writes the dump (Xen's ELF core format). A file appears under its name, with
 * mode 0600, only when it is complete and on the disk; a failure, a signal and
 * even a kill leave nothing. What is no regular file (a pipe) is written to as
 * it comes. The guest is not paused by this.
 */
int core_dump(const struct subject *subject, const struct core_request *request,
              struct error *err);

#endif
