/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/life/remains.h"

#include <string.h>
#include <time.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "domain/core.h"
#include "host/lookup.h"
#include "host/mark.h"

void remains_dump_core(struct enforce_work *work, const char *name)
{
    cleanup_free char *path = mem_printf(XEN_DUMP_DIR "/%s", name);
    cleanup_error struct error err = ERROR_INIT;
    struct subject subject = { .host = work->host,
                               .domid = work->domid,
                               .label = name };
    struct core_request request = { .path = path };

    for (char *c = path + sizeof(XEN_DUMP_DIR); *c != '\0'; c++)
        if (*c == '/')
            *c = '_';
    log_info("dumping core to %s", path);
    if (io_make_dirs(XEN_DUMP_DIR, 0700, &err) < 0 ||
        core_dump(&subject, &request, &err) < 0)
        log_warn("core dump: %s", err.message);
}

/* xl's suffix tells the minute; a second one of that needs the seconds too. */
static int rename_by_time(struct enforce_work *work,
                          libxl_domain_create_info *info, bool with_seconds)
{
    char suffix[32] = "";
    time_t now = time(NULL);
    libxl_uuid uuid;
    struct tm utc;

    if (gmtime_r(&now, &utc) == NULL)
        return ERROR_FAIL;
    if (with_seconds)
        strftime(suffix, sizeof(suffix), "-%Y%m%dT%H%M%SZ", &utc);
    else
        strftime(suffix, sizeof(suffix), "-%Y%m%dT%H%MZ", &utc);
    libxl_uuid_generate(&uuid);
    log_info("keeping domain %u as %s%s", work->domid, info->name, suffix);
    return libxl_domain_preserve(work->host->ctx, work->domid, info, suffix,
                                 uuid);
}

int remains_keep(struct enforce_work *work, libxl_domain_create_info *info,
                 struct error *err)
{
    cleanup_free char *name = lookup_name(work->host, work->domid);
    int rc = 0;

    if (strcmp(name, info->name) == 0) {
        host_log_forget(&work->host->log);
        rc = rename_by_time(work, info, false);
        if (rc != 0)
            rc = rename_by_time(work, info, true);
    }
    if (rc != 0)
        return host_fail(work->host, err, ERR_FAILED, rc,
                         "keeping domain %u under another name", work->domid);
    return mark_remove(work->domid, err);
}
