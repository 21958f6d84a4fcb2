/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/lookup.h"

#include <string.h>
#include <strings.h>

#include <libxl_utils.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/uuid.h"
#include "host/domains.h"

/* A shorter beginning of a UUID is too likely to be a mistyped name. */
#define SHORTEST_PREFIX 4

static bool looks_like_uuid(const char *text)
{
    size_t length = strlen(text);

    return length >= SHORTEST_PREFIX && length <= 36 &&
           strspn(text, "0123456789abcdefABCDEF-") == length;
}

/* Domain ids, and how many domains fit. */
struct match {
    uint32_t domid;
    unsigned int count;
};

static void note_match(struct match *match, const struct domain_info *info)
{
    if (match->count++ == 0)
        match->domid = info->domid;
}

static bool uuid_begins_with(const struct domain_info *info, const char *text)
{
    char uuid[UUID_TEXT_SIZE];

    uuid_format_text(info->uuid, uuid);
    return strncasecmp(uuid, text, strlen(text)) == 0;
}

/* By id, name and UUID; all that fit, for the caller to choose. */
static int find_matches(const char *text, struct match *by_id,
                        struct match *by_name, struct match *by_uuid,
                        struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    bool is_uuid = looks_like_uuid(text);
    uint32_t number;
    bool is_number = number_parse_u32(text, &number);

    if (domain_list_read(&list, DOMAIN_NAMES, err) < 0)
        return -1;
    VEC_EACH (&list.items, info) {
        if (is_number && info->domid == number)
            note_match(by_id, info);
        if (info->name != NULL && strcmp(info->name, text) == 0)
            note_match(by_name, info);
        if (is_uuid && uuid_begins_with(info, text))
            note_match(by_uuid, info);
    }
    return 0;
}

int lookup_domain(struct host *host, const char *text, uint32_t *domid,
                  struct error *err)
{
    struct match by_id = { 0 }, by_name = { 0 }, by_uuid = { 0 };

    if (find_matches(text, &by_id, &by_name, &by_uuid, err) < 0)
        return -1;
    if (by_id.count > 0)
        *domid = by_id.domid;
    else if (by_name.count > 0)
        *domid = by_name.domid;
    else if (by_uuid.count == 1)
        *domid = by_uuid.domid;
    else if (by_uuid.count > 1)
        return error_set(err, ERR_USAGE,
                         "'%s' is the beginning of %u domains' UUIDs", text,
                         by_uuid.count);
    else {
        error_set(err, ERR_NODOMAIN, "no domain '%s'", text);
        error_hint(err, "'xn list' shows those that are running");
        return -1;
    }
    return 0;
}

int lookup_exact_name(const char *name, uint32_t *domid, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_read(&list, DOMAIN_NAMES, err) < 0)
        return -1;
    VEC_EACH (&list.items, info)
        if (info->name != NULL && strcmp(info->name, name) == 0) {
            *domid = info->domid;
            return 1;
        }
    return 0;
}

char *lookup_name(struct host *host, uint32_t domid)
{
    cleanup_free char *name = libxl_domid_to_name(host->ctx, domid);

    return name != NULL ? steal(name) : mem_strdup("");
}
