/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guests by UUID; stub domains, which are parts of guests, are left out. */
#include "base/mem.h"
#include "base/uuid.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"

static void show_text(const struct domain_list *list)
{
    show_printf("UUID                                  ID    name\n");
    VEC_EACH (&list->items, info) {
        cleanup_free char *name = format_name(info->name);
        char uuid[UUID_TEXT_SIZE];
        uuid_format_text(info->uuid, uuid);
        show_printf("%s  %u    %-30s\n", uuid, info->domid, name);
    }
}

static void show_json(const struct domain_list *list)
{
    struct json_writer *json = show_json_begin("vm-list");

    json_key(json, "domains");
    json_begin_array(json);
    VEC_EACH (&list->items, info) {
        char uuid[UUID_TEXT_SIZE];
        uuid_format_text(info->uuid, uuid);
        json_begin_object(json);
        json_add_string(json, "uuid", uuid);
        json_add_uint(json, "domid", info->domid);
        if (info->name != NULL)
            json_add_string(json, "name", info->name);
        json_end_object(json);
    }
    json_end_array(json);
    show_json_end(json);
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_read(&list, DOMAIN_NAMES, err) < 0 ||
        domain_list_drop_stubs(&list, err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0)
        show_json(&list);
    else
        show_text(&list);
    return 0;
}

const struct command command_vm_list = {
    .name = "vm-list",
    .summary = "Lists the guests by UUID",
    .words = "",
    .options = json_option,
    .run = run,
};
