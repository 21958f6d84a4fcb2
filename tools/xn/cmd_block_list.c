/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/mem.h"
#include "show/show.h"
#include "xn/device.h"
#include "xn/format.h"

static void heading(void)
{
    show_printf("%-5s %-3s %-6s %-5s %-6s %-8s %-30s\n", "Vdev", "BE", "handle",
                "state", "evt-ch", "ring-ref", "BE-path");
}

static void add(struct json_writer *json, const libxl_device_disk *disk,
                const libxl_diskinfo *info)
{
    const struct device_link link = { info->devid, info->backend_id,
                                      info->state, info->evtch, info->backend };

    json_begin_object(json);
    json_add_string(json, "vdev", disk->vdev);
    if (disk->pdev_path != NULL && disk->pdev_path[0] != '\0')
        json_add_string(json, "target", disk->pdev_path);
    json_add_bool(json, "cdrom", disk->is_cdrom);
    json_add_bool(json, "writable", disk->readwrite);
    device_link_add(json, &link);
    json_end_object(json);
}

static void show(const struct device_owner *owner, void *device,
                 struct json_writer *json)
{
    libxl_diskinfo info;

    libxl_diskinfo_init(&info);
    if (libxl_device_disk_getinfo(owner->host->ctx, owner->domid, device,
                                  &info) != 0)
        return;
    cleanup_free char *backend = format_name(info.backend);
    if (json != NULL)
        add(json, device, &info);
    else
        show_printf("%-5d %-3d %-6d %-5d %-6d %-8d %-30s\n", info.devid,
                    (int)info.backend_id, (int)info.frontend_id, info.state,
                    info.evtch, info.rref, backend);
    libxl_diskinfo_dispose(&info);
}

static const struct device_listing listing = {
    .kind = &device_disk,
    .array = "disks",
    .heading = heading,
    .show = show,
};

const struct command command_block_list = {
    .name = "block-list",
    .summary = "Lists the disks of domains",
    .words = "DOMAIN ...",
    .min_words = 1,
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .listing = &listing,
    .options = json_option,
    .run = device_list_run,
};
