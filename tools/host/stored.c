/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/stored.h"

char *stored_config_json(struct host *host, uint32_t domid, struct error *err)
{
    libxl_domain_config config;
    char *json = NULL;

    host_log_forget(&host->log);
    libxl_domain_config_init(&config);
    int rc =
        libxl_retrieve_domain_configuration(host->ctx, domid, &config, NULL);
    if (rc == 0)
        json = libxl_domain_config_to_json(host->ctx, &config);
    libxl_domain_config_dispose(&config);
    if (json == NULL)
        host_fail(host, err, ERR_FAILED, rc != 0 ? rc : ERROR_FAIL,
                  "configuration of domain %u", domid);
    return json;
}
