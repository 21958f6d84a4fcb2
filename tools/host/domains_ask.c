/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/domains_ask.h"

#include <errno.h>

#include "base/mem.h"

int domains_ask(struct domain_records *records, uint32_t first, size_t limit,
                struct error *err)
{
    size_t chunk = limit < DOMAINS_CHUNK ? limit : DOMAINS_CHUNK;
    xc_interface *xc = xc_interface_open(NULL, NULL, 0);
    cleanup_free xc_domaininfo_t *infos = mem_zalloc(chunk, sizeof(*infos));
    int count = 0;

    if (xc == NULL)
        return error_set_errno(err, ERR_HOST, errno, "cannot reach Xen");
    do {
        count = xc_domain_getinfolist(xc, first, (unsigned int)chunk, infos);
        for (int i = 0; i < count; i++) {
            VEC_PUSH(&records->list, infos[i]);
            first = infos[i].domain + 1u;
        }
    } while (limit > DOMAINS_CHUNK && count == (int)chunk);
    int cause = errno;
    xc_interface_close(xc);
    if (count < 0)
        return error_set_errno(err, ERR_HOST, cause, "listing the domains");
    return 0;
}
