/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "show/show.h"
#include "xn/row.h"

void row_show_amounts(const char *document, const struct domain_list *list,
                      const char *key,
                      uint64_t (*amount)(const struct domain_info *info))
{
    struct json_writer *json = show_json_begin(document);

    json_key(json, "domains");
    json_begin_array(json);
    VEC_EACH (&list->items, info) {
        json_begin_object(json);
        json_add_uint(json, "domid", info->domid);
        if (info->name != NULL)
            json_add_string(json, "name", info->name);
        json_add_uint(json, "memory", info->memory);
        json_add_uint(json, key, amount(info));
        json_end_object(json);
    }
    json_end_array(json);
    show_json_end(json);
}
