/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/lookup.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <libxl_utils.h>
#include <libxl_uuid.h>

#include "base/mem.h"
#include "base/number.h"

/* A shorter beginning of a UUID is too likely to be a mistyped name. */
#define SHORTEST_PREFIX 4

static bool looks_like_uuid(const char *text)
{
    size_t length = strlen(text);

    return length >= SHORTEST_PREFIX && length <= 36 &&
           strspn(text, "0123456789abcdefABCDEF-") == length;
}

static int find_uuid(struct host *host, const char *text, uint32_t *domid,
                     struct error *err)
{
    int count = 0;
    unsigned int matches = 0;
    libxl_dominfo *list = libxl_list_domain(host->ctx, &count);

    for (int i = 0; list != NULL && i < count; i++) {
        char uuid[37];
        snprintf(uuid, sizeof(uuid), LIBXL_UUID_FMT,
                 LIBXL_UUID_BYTES(list[i].uuid));
        if (strncasecmp(uuid, text, strlen(text)) == 0) {
            *domid = list[i].domid;
            matches++;
        }
    }
    if (list != NULL)
        libxl_dominfo_list_free(list, count);
    if (matches == 1)
        return 0;
    if (matches > 1)
        return error_set(err, ERR_USAGE,
                         "'%s' is the beginning of %u domains' UUIDs", text,
                         matches);
    return -1;
}

int lookup_domain(struct host *host, const char *text, uint32_t *domid,
                  struct error *err)
{
    uint32_t number;

    if (number_parse_u32(text, &number)) {
        libxl_dominfo info;
        libxl_dominfo_init(&info);
        int rc = libxl_domain_info(host->ctx, &info, number);
        libxl_dominfo_dispose(&info);
        if (rc == 0) {
            *domid = number;
            return 0;
        }
    }
    if (libxl_name_to_domid(host->ctx, text, domid) == 0)
        return 0;
    if (looks_like_uuid(text)) {
        if (find_uuid(host, text, domid, err) == 0)
            return 0;
        if (error_is_set(err))
            return -1;
    }
    host_log_forget(&host->log);
    error_set(err, ERR_NODOMAIN, "no domain '%s'", text);
    error_hint(err, "'xn list' shows those that are running");
    return -1;
}

char *lookup_name(struct host *host, uint32_t domid)
{
    cleanup_free char *name = libxl_domid_to_name(host->ctx, domid);

    return name != NULL ? steal(name) : mem_strdup("");
}
