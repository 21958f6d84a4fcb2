/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/takeover.h"

#include <libxl_uuid.h>

#include "base/log.h"
#include "base/mem.h"
#include "host/lookup.h"

/* xl's, which other tools look for. */
#define INCOMING "--incoming"

char *takeover_first_name(const char *name)
{
    return mem_printf("%s" INCOMING, name);
}

int takeover_check_name(struct host *host, const char *name,
                        const libxl_uuid *uuid, struct error *err)
{
    libxl_dominfo info;
    uint32_t domid;

    int found = lookup_exact_name(name, &domid, err);
    if (found <= 0)
        return found;
    libxl_dominfo_init(&info);
    bool other = libxl_domain_info(host->ctx, &info, domid) == 0 &&
                 libxl_uuid_compare(&info.uuid, uuid) != 0;
    libxl_dominfo_dispose(&info);
    if (!other)
        return 0;
    return error_set(err, ERR_STATE, "the name %s is taken by domain %u", name,
                     domid);
}

static int take_name(const struct takeover *takeover, struct host *host,
                     uint32_t domid, struct error *err)
{
    cleanup_free char *first = takeover_first_name(takeover->name);

    host_log_forget(&host->log);
    int rc = libxl_domain_rename(host->ctx, domid, first, takeover->name);
    if (rc == 0)
        return 0;
    return host_fail(host, err, ERR_STATE, rc, "rename to '%s'",
                     takeover->name);
}

int takeover_ask(struct takeover *takeover, struct host *host, uint32_t domid,
                 struct error *err)
{
    takeover->sender = TAKEOVER_ASKED;
    if (handover_ask(&takeover->wire, err) < 0)
        return -1;
    return take_name(takeover, host, domid, err);
}

void takeover_tell(struct takeover *takeover)
{
    cleanup_error struct error err = ERROR_INIT;

    takeover->sender = TAKEOVER_QUIET;
    if (handover_report(&takeover->wire, true, &err) < 0)
        log_warn("%s runs here, but: %s", takeover->name, err.message);
}

/* Where the sender cannot be told, it sees the end of the connection. */
void takeover_refuse(struct takeover *takeover)
{
    if (takeover->sender != TAKEOVER_ASKED)
        return;
    takeover->sender = handover_report(&takeover->wire, false, NULL) == 0
                           ? TAKEOVER_OWES
                           : TAKEOVER_QUIET;
}

void takeover_give_back(struct takeover *takeover)
{
    cleanup_error struct error err = ERROR_INIT;

    if (takeover->sender != TAKEOVER_OWES)
        return;
    takeover->sender = TAKEOVER_QUIET;
    if (handover_give_back(&takeover->wire, &err) < 0)
        log_warn("giving %s back: %s", takeover->name, err.message);
}
