/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/name.h"

#include <ctype.h>
#include <string.h>

#include <libxl_utils.h>

#include "base/mem.h"
#include "domain/life/supervise.h"
#include "host/lookup.h"

static int check_name(const char *name, struct error *err)
{
    if (name[0] == '\0')
        return error_set(err, ERR_USAGE, "an empty name");
    for (const char *c = name; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c))
            return error_set(err, ERR_USAGE,
                             "name '%s': control characters in it", name);
    return 0;
}

int name_change(const struct subject *subject, const char *name,
                struct error *err)
{
    libxl_ctx *ctx = subject->host->ctx;
    uint32_t other;

    if (check_name(name, err) < 0 || subject_check_alive(subject, err) < 0)
        return -1;
    cleanup_free char *old = lookup_name(subject->host, subject->domid);
    int found = lookup_exact_name(name, &other, err);
    if (found < 0)
        return -1;
    if (found == 1 && other != subject->domid)
        return error_set(err, ERR_STATE,
                         "renaming '%s': domain %u is called '%s' already",
                         subject->label, other, name);
    int rc = libxl_domain_rename(ctx, subject->domid,
                                 old[0] != '\0' ? old : NULL, name);
    if (rc != 0)
        return host_fail(subject->host, err, ERR_FAILED, rc,
                         "renaming '%s' to '%s'", subject->label, name);
    return 0;
}
