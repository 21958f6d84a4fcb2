/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/host.h"

#include <stdarg.h>

#include "base/mem.h"

int host_open(struct host *host, unsigned int verbosity, struct error *err)
{
    *host = (struct host){ 0 };
    if (host_check(err) < 0)
        return -1;

    host_log_init(&host->log, verbosity);
    int rc = libxl_ctx_alloc(&host->ctx, LIBXL_VERSION, 0, &host->log.vtable);
    if (rc != 0) {
        host->ctx = NULL;
        host_fail(host, err, ERR_HOST, rc, "cannot reach Xen");
        error_hint(err, "do the tools fit the hypervisor? "
                        "see /sys/hypervisor/version");
        host_close(host);
        return -1;
    }
    return 0;
}

void host_close(struct host *host)
{
    if (host->ctx != NULL)
        libxl_ctx_free(host->ctx);
    host->ctx = NULL;
    host_log_dispose(&host->log);
}

static enum error_kind refine_kind(enum error_kind kind, int rc)
{
    switch (rc) {
    case ERROR_DOMAIN_NOTFOUND:
        return ERR_NODOMAIN;
    case ERROR_TIMEDOUT:
    case ERROR_GUEST_TIMEDOUT:
        return ERR_TIMEOUT;
    case ERROR_NOMEM:
        return ERR_SPACE;
    default:
        return kind;
    }
}

int host_fail(struct host *host, struct error *err, enum error_kind kind,
              int rc, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cleanup_free char *what = mem_vprintf(format, args);
    va_end(args);

    kind = refine_kind(kind, rc);
    if (host->log.first_error != NULL) {
        error_set(err, kind, "%s: %s", what, host->log.first_error);
        host_log_forget(&host->log);
        return -1;
    }
    const char *name = libxl_error_to_string(rc);
    return error_set(err, kind, "%s: libxl: %s", what,
                     name ? name : "unknown error");
}
