/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/own.h"

#include <string.h>

#include "base/mem.h"
#include "config/own_json.h"

#define USERDATA "xenith"

int own_keep(struct host *host, uint32_t domid, const struct domain_own *own,
             struct error *err)
{
    cleanup_free char *text = own_to_json(own);

    host_log_forget(&host->log);
    int rc = libxl_userdata_store(host->ctx, domid, USERDATA,
                                  (const uint8_t *)text, (int)strlen(text));
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc,
                         "keeping the own keys of domain %u", domid);
    return 0;
}

int own_recall(struct host *host, uint32_t domid, struct domain_own *own,
               struct error *err)
{
    cleanup_free uint8_t *text = NULL;
    int length = 0;

    host_log_forget(&host->log);
    int rc =
        libxl_userdata_retrieve(host->ctx, domid, USERDATA, &text, &length);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "the own keys of domain %u",
                         domid);
    if (length == 0)
        return 0;
    return own_from_json((const char *)text, (size_t)length, own, err);
}
