/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a failed libxl_domain_create to the part that failed. */
#ifndef XENITH_DOMAIN_BLAME_H
#define XENITH_DOMAIN_BLAME_H

#include "host/host.h"

/*
 * Makes the error of a create that failed with rc: which part (boot loader,
 * image, disk, vif, device model), the first cause, and the end of that
 * part's log where it has one. Returns -1.
 */
int blame_create(struct host *host, const libxl_domain_config *config, int rc,
                 struct error *err);

/*
 * Explains libxenguest's complaint about a segment, "segment kernel too large
 * (0x3a00 > 0x4000 - 0x1000 pages)": the segment's size, the memory given, and
 * where in it the segment would begin. false if cause is another (or NULL).
 */
bool blame_segment(const char *cause, struct error *err);

/*
 * Another took the name after the check that it is free: libxl's "Domain with
 * name "web" already exists.". false if cause is another (or NULL).
 */
bool blame_name(const char *cause, const char *name, struct error *err);

/* The path of the log that one of libxl's messages names; owned, NULL: none. */
char *blame_named_log(const char *cause);

#endif
