/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/kernel_record.h"

#include <string.h>

#include "base/mem.h"

/* The name that libxl gives its record (libxl_domain.c). */
#define RECORD_NAME "libxl-json"

static int rewrite(libxl_ctx *ctx, const char *json, const char *kernel,
                   char **rewritten)
{
    libxl_domain_config config;
    char *out = NULL;

    libxl_domain_config_init(&config);
    int rc = libxl_domain_config_from_json(ctx, &config, json);
    if (rc == 0) {
        free(config.b_info.kernel);
        config.b_info.kernel = mem_strdup(kernel);
        out = libxl_domain_config_to_json(ctx, &config);
    }
    libxl_domain_config_dispose(&config);
    *rewritten = out;
    return out != NULL ? 0 : ERROR_FAIL;
}

int kernel_record_set(struct host *host, uint32_t domid, const char *kernel,
                      struct error *err)
{
    cleanup_free char *rewritten = NULL;
    cleanup_free uint8_t *record = NULL;
    int length = 0;

    int rc = libxl_userdata_retrieve(host->ctx, domid, RECORD_NAME, &record,
                                     &length);
    if (rc == 0 && length > 0) {
        cleanup_free char *json = mem_strndup((char *)record, (size_t)length);
        rc = rewrite(host->ctx, json, kernel, &rewritten);
    }
    /* With the NUL, as libxl stores it. */
    if (rc == 0 && rewritten != NULL)
        rc = libxl_userdata_store(host->ctx, domid, RECORD_NAME,
                                  (uint8_t *)rewritten,
                                  (int)strlen(rewritten) + 1);
    if (rc != 0)
        return host_fail(host, err, ERR_FAILED, rc, "the record of domain %u",
                         domid);
    return 0;
}
