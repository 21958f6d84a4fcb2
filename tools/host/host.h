/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection to Xen on this machine: one libxl context and what it said.
 * This folder is the only one that calls Xen for facts; see facts.h,
 * domains.h and xenstore.h beside it.
 */
#ifndef XENITH_HOST_HOST_H
#define XENITH_HOST_HOST_H

#include <libxl.h>
#include <stdbool.h>

#include "base/error.h"
#include "host/log.h"

struct host {
    libxl_ctx *ctx;
    struct host_log log;
};

/*
 * Opens Xen for this process. An ERR_HOST says which part is missing: the
 * hypervisor, the privilege, the privcmd device, xenstored. verbosity: 0 libxl
 * is kept silent (its first error is still the cause in ours), 1 its errors
 * and warnings go to standard error, 2 and more everything.
 */
int host_open(struct host *host, unsigned int verbosity, struct error *err);

/*
 * Whether this is the hardware domain (XENFEAT_dom0), which has a xenstored of
 * its own; also where the kernel does not say.
 */
bool host_is_dom0(void);

/*
 * That this is a domain of Xen whose libxenstore will reach xenstored: through
 * its socket in Dom0, through the kernel's /dev/xen/xenbus in any other domain.
 * ERR_HOST if not.
 */
int host_check_xenstored(struct error *err);

/* That, and that Xen can be asked. host_open begins with it. ERR_HOST if not.
 */
int host_check(struct error *err);

/* Idempotent; a zeroed host is closed. */
void host_close(struct host *host);

/*
 * Makes an error of a failed libxl call. rc is libxl's; the cause at the end
 * of the message is the first error that libxl logged since host_log_forget,
 * or the name of rc if it said nothing. The kind is refined where rc tells
 * (no such domain, timeout, out of memory). Returns -1.
 */
int host_fail(struct host *host, struct error *err, enum error_kind kind,
              int rc, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
