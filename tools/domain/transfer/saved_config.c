/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/saved_config.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "config/own_json.h"

#define MEMBER "xenith"
#define NOTHING "{}"

char *saved_config_make(const char *libxl_json, const struct domain_own *own)
{
    cleanup_free char *own_json = own_to_json(own);
    const char *end = strrchr(libxl_json, '}');

    if (end == NULL || strcmp(own_json, NOTHING) == 0)
        return mem_strdup(libxl_json);
    return mem_printf("%.*s, \"" MEMBER "\": %s }\n", (int)(end - libxl_json),
                      libxl_json, own_json);
}

int saved_config_read_own(const char *json, struct domain_own *own,
                          struct error *err)
{
    cleanup_json_value struct json_value *value = NULL;
    size_t length;

    if (json_parse(json, strlen(json), &value, err) < 0)
        return -1;
    const struct json_value *member = json_get(value, MEMBER);
    if (member == NULL)
        return 0;
    cleanup_json_writer struct json_writer *writer = json_writer_new(0);
    json_value(writer, member);
    const char *text = json_text(writer, &length);
    return own_from_json(text, length, own, err);
}
