/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/destroy.h"

#include "base/mem.h"
#include "host/complaints.h"
#include "host/lookup.h"
#include "host/operation.h"

/* libxl's own steps have deadlines of 10 to 40 s each; this is for all. */
#define DESTROY_DEADLINE_MS 120000

static bool is_gone(struct host *host, uint32_t domid)
{
    return libxl_domain_info(host->ctx, NULL, domid) == ERROR_DOMAIN_NOTFOUND;
}

int domain_destroy(struct host *host, uint32_t domid, struct error *err)
{
    cleanup_free char *name = lookup_name(host, domid);
    struct operation op;

    operation_begin(&op, host);
    op.interruptible = false;
    int rc = libxl_domain_destroy(host->ctx, domid, &op.how);
    rc = operation_wait(&op, rc, DESTROY_DEADLINE_MS);
    if (rc == 0 || is_gone(host, domid)) {
        host_log_forget(&host->log);
        (void)complaints_forget(domid, NULL);
        return 0;
    }
    host_fail(host, err, ERR_FAILED, rc, "destroy %s (domain %u)", name, domid);
    error_hint(err, "it can be run again");
    return -1;
}
