/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/hypervisor.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"

int hypervisor_send_keys(struct host *host, const char *keys, struct error *err)
{
    cleanup_free char *copy = mem_strdup(keys); /* libxl's is not const */

    host_log_forget(&host->log);
    int rc = libxl_send_debug_keys(host->ctx, copy);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "debug keys '%s'", keys);
    return 0;
}

int hypervisor_set_parameters(struct host *host, const char *parameters,
                              struct error *err)
{
    cleanup_free char *copy = mem_strdup(parameters);

    host_log_forget(&host->log);
    int rc = libxl_set_parameters(host->ctx, copy);
    if (rc == 0)
        return 0;
    host_fail(host, err, ERR_FAILED, rc, "parameters '%s'", parameters);
    error_hint(err, "'xn dmesg' may tell more; only few of the options of "
                    "Xen's command line can be changed while it runs");
    return -1;
}

/* errnum is of a failed call to Flask. */
static int fail_flask(struct error *err, int errnum, const char *what)
{
    if (errnum != ENOSYS)
        return error_set_errno(err, ERR_FAILED, errnum, "%s", what);
    error_set(err, ERR_STATE, "%s: Flask is disabled", what);
    error_hint(err, "it needs a Xen that was built with XSM and started with "
                    "flask=enforcing or flask=permissive");
    return -1;
}

int hypervisor_get_flask(struct host *host, enum flask_mode *mode,
                         struct error *err)
{
    int result = libxl_flask_getenforce(host->ctx);

    *mode = result > 0 ? FLASK_ENFORCING : FLASK_PERMISSIVE;
    if (result >= 0)
        return 0;
    *mode = FLASK_DISABLED;
    return errno == ENOSYS ? 0 : fail_flask(err, errno, "Flask's mode");
}

int hypervisor_set_flask(struct host *host, enum flask_mode mode,
                         struct error *err)
{
    if (libxl_flask_setenforce(host->ctx, mode == FLASK_ENFORCING) != 0)
        return fail_flask(err, errno, "Flask's mode");
    return 0;
}

int hypervisor_load_policy(struct host *host, const void *policy, size_t length,
                           struct error *err)
{
    if (libxl_flask_loadpolicy(host->ctx, (void *)policy, (uint32_t)length) < 0)
        return fail_flask(err, errno, "Flask's policy");
    return 0;
}
