/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/stored.h"

int stored_config_read(struct host *host, uint32_t domid,
                       libxl_domain_config *config, struct error *err)
{
    host_log_forget(&host->log);
    int rc =
        libxl_retrieve_domain_configuration(host->ctx, domid, config, NULL);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc,
                         "configuration of domain %u", domid);
    return 0;
}

char *stored_config_json(struct host *host, uint32_t domid, struct error *err)
{
    libxl_domain_config config;
    char *json = NULL;

    libxl_domain_config_init(&config);
    if (stored_config_read(host, domid, &config, err) == 0) {
        json = libxl_domain_config_to_json(host->ctx, &config);
        if (json == NULL)
            host_fail(host, err, ERR_FAILED, ERROR_FAIL,
                      "configuration of domain %u", domid);
    }
    libxl_domain_config_dispose(&config);
    return json;
}

int stored_config_update(struct host *host, uint32_t domid, const char *text,
                         size_t length, struct error *err)
{
    host_log_forget(&host->log);
    int rc = libxl_userdata_store(host->ctx, domid, "xl", (const uint8_t *)text,
                                  (int)length);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc,
                         "configuration of domain %u", domid);
    return 0;
}
