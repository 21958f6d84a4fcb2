/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/told.h"

#include <string.h>
#include <time.h>

#include "base/uuid.h"

static const char *const kinds[] = {
    "migrating", "migrated", "migration-failed", "saved", "restored",
};

double told_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)(now.tv_nsec / 1000000) / 1e3;
}

static bool is_kind(const char *word)
{
    for (size_t i = 0; word != NULL && i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strcmp(kinds[i], word) == 0)
            return true;
    return false;
}

static void copy_text(const struct json_value *request, const char *key,
                      struct json_writer *event)
{
    const char *text = json_as_string(json_get(request, key));

    if (text != NULL)
        json_add_string(event, key, text);
}

int told_write(const struct json_value *request, struct json_writer *event,
               struct error *err)
{
    const char *kind = json_as_string(json_get(request, "event"));
    const char *uuid = json_as_string(json_get(request, "uuid"));
    uint8_t bytes[UUID_BYTES];
    uint64_t domid;

    if (!is_kind(kind))
        return error_set(err, ERR_USAGE, "tell: no such event");
    if (uuid == NULL || !uuid_parse_text(uuid, bytes) ||
        !json_as_uint(json_get(request, "domid"), &domid))
        return error_set(err, ERR_USAGE, "tell needs domid and uuid");
    json_begin_object(event);
    json_add_string(event, "event", kind);
    json_add_double(event, "time", told_now());
    json_add_uint(event, "domid", domid);
    json_add_string(event, "uuid", uuid);
    json_add_string(event, "name", json_as_string(json_get(request, "name")));
    copy_text(request, "host", event);
    copy_text(request, "cause", event);
    json_end_object(event);
    return 0;
}
