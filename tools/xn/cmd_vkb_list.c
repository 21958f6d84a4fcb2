/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"
#include "show/show.h"
#include "xn/device.h"
#include "xn/format.h"

static void heading(void)
{
    show_printf("%-3s %-2s %-6s %-5s %-6s %6s %-10s %-10s %-30s\n", "Idx", "BE",
                "handle", "state", "evt-ch", "ref", "ID", "BE-type", "BE-path");
}

static void show(const struct device_owner *owner, void *device,
                 struct json_writer *json)
{
    const libxl_device_vkb *vkb = device;
    const char *type = libxl_vkb_backend_to_string(vkb->backend_type);
    libxl_vkbinfo info;

    libxl_vkbinfo_init(&info);
    if (libxl_device_vkb_getinfo(owner->host->ctx, owner->domid, vkb, &info) !=
        0)
        return;
    const struct device_link link = { info.devid, info.backend_id, info.state,
                                      info.evtch, info.backend };
    cleanup_free char *backend = format_name(info.backend);
    cleanup_free char *id = format_name(vkb->unique_id);
    if (json != NULL) {
        json_begin_object(json);
        if (vkb->unique_id != NULL)
            json_add_string(json, "unique_id", vkb->unique_id);
        json_add_string(json, "backend_type", type);
        device_link_add(json, &link);
        json_end_object(json);
    } else {
        show_printf("%-3d %-2d %6d %5d %6d %6d %-10s %-10s %-30s\n", info.devid,
                    (int)info.backend_id, info.devid, info.state, info.evtch,
                    info.rref, id, type ? type : "(null)", backend);
    }
    libxl_vkbinfo_dispose(&info);
}

static const struct device_listing listing = {
    .kind = &device_vkb,
    .array = "vkbs",
    .heading = heading,
    .show = show,
};

const struct command command_vkb_list = {
    .name = "vkb-list",
    .summary = "Lists the virtual keyboards and pointers of domains",
    .words = "DOMAIN ...",
    .min_words = 1,
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .listing = &listing,
    .options = json_option,
    .run = device_list_run,
};
