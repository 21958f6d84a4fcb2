/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/stored.h"

#include <string.h>

#include <libxl_utils.h>

#include "base/mem.h"

/* The name that libxl gives its record (libxl_domain.c). */
#define RECORD_NAME "libxl-json"

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

static int edit_json(libxl_ctx *ctx, const char *json,
                     void (*edit)(libxl_domain_config *config, const void *arg),
                     const void *arg, char **edited)
{
    libxl_domain_config config;

    *edited = NULL;
    libxl_domain_config_init(&config);
    int rc = libxl_domain_config_from_json(ctx, &config, json);
    if (rc == 0) {
        edit(&config, arg);
        *edited = libxl_domain_config_to_json(ctx, &config);
    }
    libxl_domain_config_dispose(&config);
    return *edited != NULL ? 0 : ERROR_FAIL;
}

int stored_config_edit(struct host *host, uint32_t domid,
                       void (*edit)(libxl_domain_config *config,
                                    const void *arg),
                       const void *arg, struct error *err)
{
    cleanup_free char *edited = NULL;
    cleanup_free uint8_t *record = NULL;
    int length = 0;

    int rc = libxl_userdata_retrieve(host->ctx, domid, RECORD_NAME, &record,
                                     &length);
    if (rc == 0 && length > 0) {
        cleanup_free char *json = mem_strndup((char *)record, (size_t)length);
        rc = edit_json(host->ctx, json, edit, arg, &edited);
    }
    /* With the NUL, as libxl stores it. */
    if (rc == 0 && edited != NULL)
        rc = libxl_userdata_store(host->ctx, domid, RECORD_NAME,
                                  (uint8_t *)edited, (int)strlen(edited) + 1);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "the record of domain %u",
                         domid);
    return 0;
}
