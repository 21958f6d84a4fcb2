/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/describe.h"

#include "domain/own.h"
#include "host/stored.h"

int domain_describe(struct host *host, uint32_t domid, struct domain_spec *spec,
                    struct error *err)
{
    if (stored_config_read(host, domid, &spec->config, err) < 0)
        return -1;
    return own_recall(host, domid, &spec->own, err);
}
