/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"
#include "show/show.h"
#include "xn/device.h"
#include "xn/format.h"

static void heading(void)
{
    show_printf("%-3s %-2s %-36s %-6s %-5s %-6s %-5s %-10s\n", "Idx", "BE",
                "Uuid", "handle", "state", "evt-ch", "ring-ref", "BE-path");
}

static void show(const struct device_owner *owner, void *device,
                 struct json_writer *json)
{
    libxl_vtpminfo info;

    libxl_vtpminfo_init(&info);
    if (libxl_device_vtpm_getinfo(owner->host->ctx, owner->domid, device,
                                  &info) != 0)
        return;
    const struct device_link link = { info.devid, info.backend_id, info.state,
                                      info.evtch, info.backend };
    cleanup_free char *backend = format_name(info.backend);
    cleanup_free char *uuid =
        mem_printf(LIBXL_UUID_FMT, LIBXL_UUID_BYTES(info.uuid));
    if (json != NULL) {
        json_begin_object(json);
        json_add_string(json, "uuid", uuid);
        device_link_add(json, &link);
        json_end_object(json);
    } else {
        show_printf("%-3d %-2d %s %6d %5d %6d %8d %-30s\n", info.devid,
                    (int)info.backend_id, uuid, info.devid, info.state,
                    info.evtch, info.rref, backend);
    }
    libxl_vtpminfo_dispose(&info);
}

static const struct device_listing listing = {
    .kind = &device_vtpm,
    .array = "vtpms",
    .heading = heading,
    .show = show,
};

const struct command command_vtpm_list = {
    .name = "vtpm-list",
    .summary = "Lists the virtual TPMs of domains",
    .words = "DOMAIN ...",
    .min_words = 1,
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .listing = &listing,
    .options = json_option,
    .run = device_list_run,
};
